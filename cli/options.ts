/** Options of a subcommand, checked once: what is wrong is said with its name, what was expected and what came. */
import { parseArgs, type ParseArgsConfig } from 'node:util'

/** A call that can't be taken; its message names the option. Exit code 2. */
export class OptionError extends Error {
  constructor(
    readonly where: string,
    readonly expected: string,
    readonly got: string,
  ) {
    super(`${where}: expected ${expected}, got ${got}`)
  }
}

/** parseArgs of node:util, strict, with its errors as OptionError. */
export function parseOptions<T extends ParseArgsConfig>(config: T) {
  try {
    return parseArgs<T>({ strict: true, ...config })
  } catch (error) {
    throw new OptionError('options', 'the options that --help lists', (error as Error).message)
  }
}

/** A whole number from `min` to `max`. */
export function wholeNumber(where: string, text: string, min: number, max: number): number {
  const value = /^-?\d{1,12}$/.test(text) ? parseInt(text, 10) : NaN
  if (!(value >= min && value <= max))
    throw new OptionError(where, `a whole number from ${min} to ${max}`, text)
  return value
}

/** host:port with a port from 0 to 65535. */
export function hostAndPort(where: string, text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':')
  if (colon < 1) throw new OptionError(where, 'host:port', text)
  return { host: text.slice(0, colon), port: wholeNumber(where, text.slice(colon + 1), 0, 65_535) }
}
