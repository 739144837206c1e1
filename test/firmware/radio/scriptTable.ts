/** The scripts of a network server as text: tables in Markdown, of which each row is one transmission of the device, or a moment without one.
 *  A cell may leave the device a choice: `a/b` is one of several, `a..b` a range of numbers. `=` in RX1's MHz is the uplink's own channel. */

export const COLUMNS = [
  'do',
  'network',
  'wait s',
  'MHz',
  'DR',
  'EIRP',
  'FCnt',
  'flags',
  'FOpts',
  'port',
  'rx1 ms',
  'rx1 MHz',
  'rx1 DR',
  'rx1 sym',
  'rx2 ms',
  'rx2 MHz',
  'rx2 DR',
  'rx2 sym',
  'rest',
  'result',
] as const
export type Column = (typeof COLUMNS)[number]

export type Row = Record<Column, string>

export interface Script {
  readonly name: string
  /** `region`, `class`, and what the join accept says: `delay`, `offset`, `rx2`, `channels`. */
  readonly given: ReadonlyMap<string, string>
  readonly rows: readonly Row[]
}

export const emptyRow = (): Row => Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Row

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

/** The scripts of one file: a heading `##`, lines `name: value`, and the table. */
export function parseScripts(text: string): Script[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.split('\n')
      const given = new Map(
        lines.flatMap((line) => {
          const found = /^(\w+): (.+)$/.exec(line)
          return found ? [[found[1]!, found[2]!] as const] : []
        }),
      )
      const [head = '', , ...body] = lines.filter((line) => line.startsWith('|'))
      const names = cellsOf(head)
      const unknown = names.filter((column) => !COLUMNS.includes(column as Column))
      if (unknown.length || !body.length) throw new Error(`script ${name}: columns ${unknown.join()}`)
      const rows = body.map((line) => {
        const cells = cellsOf(line)
        return { ...emptyRow(), ...Object.fromEntries(names.map((column, i) => [column, cells[i] ?? ''])) }
      })
      return { name, given, rows }
    })
}

/** What was seen, written as the script writes it where the script lets it be. */
export function asWritten(expected: Row | undefined, seen: Row): Row {
  const row = emptyRow()
  for (const column of COLUMNS) {
    const wish = expected?.[column] ?? ''
    const value = seen[column]
    const range = /^([\d.]+)\.\.([\d.]+)$/.exec(wish)
    const allowed = range
      ? value !== '' && +value >= +range[1]! && +value <= +range[2]!
      : wish.split('/').includes(value) || (wish === '=' && column === 'rx1 MHz' && value === seen.MHz)
    row[column] = allowed ? wish : value
  }
  return row
}

/** The table as text, its columns aligned. */
export function print(rows: readonly Row[]): string {
  const table = [COLUMNS as readonly string[], ...rows.map((row) => COLUMNS.map((column) => row[column]))]
  const widths = COLUMNS.map((_, i) => Math.max(3, ...table.map((cells) => cells[i]!.length)))
  const lines = table.map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return lines.join('\n')
}
