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

/** Centimetres with at most two decimals, as 0.01 cm: the integers of a water level (core/quantities.ts). */
export function centimetres(where: string, text: string, min: number, max: number): number {
  const value = /^-?\d{1,5}(\.\d{1,2})?$/.test(text) ? Math.round(parseFloat(text) * 100) : NaN
  if (!(value >= min * 100 && value <= max * 100))
    throw new OptionError(where, `centimetres from ${min} to ${max}`, text)
  return value
}

/** A time of day as hours and minutes, 00:00 to 23:59, in minutes since midnight. */
export function clockMinutes(where: string, text: string): number {
  const found = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (!found) throw new OptionError(where, 'a time from 00:00 to 23:59', text)
  return parseInt(found[1]!, 10) * 60 + parseInt(found[2]!, 10)
}

/** host:port with a port from 0 to 65535. */
export function hostAndPort(where: string, text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':')
  if (colon < 1) throw new OptionError(where, 'host:port', text)
  return { host: text.slice(0, colon), port: wholeNumber(where, text.slice(colon + 1), 0, 65_535) }
}
