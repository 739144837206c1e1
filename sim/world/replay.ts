/** A recorded series in place of a world's quantity: CSV with the columns `timestamp` (unix seconds, or ISO 8601 with a zone) and `value` (display
 *  unit; empty, NA or NaN = nothing was measured). Other columns are ignored. The first row is laid on the run's start. */

export interface ReplayError {
  /** Line and column, or the file. */
  where: string
  expected: string
  got: string
}

export interface Series {
  /** Seconds since the first row, ascending; of rows with the same time (a recorder's clock that was set) the last one counts. */
  readonly seconds: Float64Array
  /** NaN where nothing was measured. */
  readonly values: Float64Array
}

const MISSING = /^(na|nan|null)?$/i
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i
const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

/** Fields of one line; a field may stand in double quotes. */
const fields = (line: string): string[] =>
  line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'))

const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text)

function readSeconds(text: string): number | undefined {
  if (NUMBER.test(text)) return parseFloat(text)
  return ISO.test(text) ? Date.parse(text.replace(' ', 'T')) / 1000 : undefined
}

/** Reads a series; the first thing wrong is named with its line. */
export function readSeries(text: string): Series | ReplayError {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const header = fields(lines[0]!).map((name) => name.toLowerCase())
  const timeAt = header.indexOf('timestamp')
  const valueAt = header.indexOf('value')
  if (timeAt < 0 || valueAt < 0)
    return {
      where: 'line 1',
      expected: 'a header with the columns timestamp and value',
      got: shown(lines[0]!),
    }
  const seconds: number[] = []
  const values: number[] = []
  for (let i = 1; i < lines.length; i++) {
    if (lines[i]!.trim() === '') continue
    const row = fields(lines[i]!)
    const where = `line ${i + 1}`
    if (row.length <= Math.max(timeAt, valueAt))
      return { where, expected: `${header.length} columns`, got: shown(lines[i]!) }
    const at = readSeconds(row[timeAt]!)
    if (at === undefined)
      return {
        where: `${where}, timestamp`,
        expected: 'unix seconds or an ISO 8601 time',
        got: shown(row[timeAt]!),
      }
    if (seconds.length > 0 && at < seconds[seconds.length - 1]!)
      return {
        where: `${where}, timestamp`,
        expected: 'no earlier time than the row before',
        got: shown(row[timeAt]!),
      }
    const value = row[valueAt]!
    if (!MISSING.test(value) && !NUMBER.test(value))
      return { where: `${where}, value`, expected: 'a number or nothing', got: shown(value) }
    seconds.push(at)
    values.push(MISSING.test(value) ? NaN : parseFloat(value))
  }
  if (seconds.length < 2) return { where: 'file', expected: 'at least two rows', got: `${seconds.length}` }
  if (values.every(Number.isNaN)) return { where: 'file', expected: 'at least one value', got: 'none' }
  return { seconds: Float64Array.from(seconds, (at) => at - seconds[0]!), values: Float64Array.from(values) }
}

/** A series laid on a run: the last row recorded at or before a moment; after its end it begins again. */
export class Replay {
  private last = 0
  private readonly lengthSeconds: number
  readonly max: number

  constructor(
    private readonly series: Series,
    private readonly startMicros: number,
  ) {
    const { seconds, values } = series
    const end = seconds[seconds.length - 1]!
    this.lengthSeconds = end + end / (seconds.length - 1)
    this.max = values.reduce((max, value) => (value > max ? value : max), -Infinity)
  }

  /** The value, or undefined where nothing was measured. */
  at(micros: number): number | undefined {
    const { seconds, values } = this.series
    const into = Math.max(0, (micros - this.startMicros) / 1e6) % this.lengthSeconds
    if (into < seconds[this.last]!) this.last = 0
    while (this.last + 1 < seconds.length && seconds[this.last + 1]! <= into) this.last++
    const value = values[this.last]!
    return Number.isNaN(value) ? undefined : value
  }
}
