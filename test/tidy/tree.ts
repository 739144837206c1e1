/** The project's own files as the tidy tests see them: tracked or not yet ignored, without what is built or installed. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Paths relative to the root, of files that exist, by their ending. */
export function files(endings: RegExp): string[] {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => endings.test(path) && existsSync(join(ROOT, path)))
    .sort()
}

export const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** The room a file stands in: its first folder, or the dashboard, which lives in the browser. */
export function room(path: string): string {
  return path.startsWith('gateway/dashboard/') ? 'dashboard' : path.split('/')[0]!
}

/** Relative imports of a file, as paths from the root. */
export function importsOf(path: string): string[] {
  const specifiers = [...text(path).matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)]
  return specifiers.map((match) => relative(ROOT, resolve(ROOT, dirname(path), match[1]!)))
}

/** The text of a file without its comments. */
export const code = (path: string): string =>
  text(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
