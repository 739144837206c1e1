/** What stops a build: every fault as a line `file:line: message`, with files as paths from the root. */
import { isAbsolute, relative } from 'node:path'
import { ROOT } from './plan.ts'

/** The sources are wrong; `lines` says where and why. */
export class BuildError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'))
  }
}

/** What rollup, its plugins, terser and acorn tell about a fault, each in its own way. */
interface Told {
  readonly message: string
  readonly id?: string
  readonly loc?: { readonly file?: string; readonly line: number }
  /** Terser's names. */
  readonly filename?: string
  readonly line?: number
}

/** What the tools write before their message: their own names and the file again. */
const PREAMBLE = /^(\[plugin [^\]]*\] )?(\S+( \(\d+:\d+\))?: )?(@rollup\/plugin-typescript:? )?/

/** A fault in one line, without the code frame. */
export function faultLine(told: Told): string {
  const path = told.loc?.file ?? told.id ?? told.filename
  const [first = ''] = told.message.split('\n')
  if (path === undefined) return first
  const file = isAbsolute(path) ? relative(ROOT, path) : path.replace('\0entry:', '')
  const message = first.replace(PREAMBLE, '').replace(/ \(\d+:\d+\)$/, '')
  return `${file}:${told.loc?.line ?? told.line ?? 1}: ${message}`
}

/** Whether a tool threw it because of the sources; anything else is a fault of the build itself. */
function isTold(error: unknown): error is Told {
  return error instanceof Error && ('loc' in error || 'id' in error || ('line' in error && 'col' in error))
}

/** Runs a step with a place for its warnings. What the tools say about the sources comes out as one BuildError, warnings first: types are warnings here, so that
 *  all of them are told and not the first alone. */
export async function faultless<T>(step: (onwarn: (told: Told) => void) => Promise<T>): Promise<T> {
  const lines = new Set<string>()
  const note = (told: Told): void => void lines.add(faultLine(told))
  const result = await step(note).catch((error: unknown) => {
    if (!isTold(error)) throw error
    note(error)
  })
  if (lines.size > 0) throw new BuildError([...lines])
  return result as T
}
