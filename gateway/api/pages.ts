/** The built page, read whole at the start and served from memory: a path is looked up in a table, so that none can lead out of the
 *  folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

export interface Page {
  type: string
  body: Uint8Array<ArrayBuffer>
  cache: string
}

const TYPES: { readonly [ending: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}
const UNKNOWN_TYPE = 'application/octet-stream'
/** Names under assets/ carry a hash of their content. */
const FOREVER = 'public, max-age=31536000, immutable'
const ASK_AGAIN = 'no-cache'

/** Pages by path, `/` among them; empty when the folder does not exist. */
export function readPages(folder: string | undefined): Map<string, Page> {
  const pages = new Map<string, Page>()
  if (folder === undefined || !existsSync(folder)) return pages
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const path = '/' + relative(folder, file).split(sep).join('/')
    const cache = path.startsWith('/assets/') ? FOREVER : ASK_AGAIN
    pages.set(path, {
      type: TYPES[extname(path)] ?? UNKNOWN_TYPE,
      body: new Uint8Array(readFileSync(file)),
      cache,
    })
  }
  const index = pages.get('/index.html')
  if (index) pages.set('/', index)
  return pages
}
