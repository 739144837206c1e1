/** Reads and writes the settled tables: rows that are put under a key and replaced. */
import type Database from 'libsql'
import type { Changes, Device, FilterState, Release } from './store.ts'
import { SETTLED_TABLES, type SettledTable } from './tables.ts'

/** One row as SQLite has it. */
type Row = { [column: string]: unknown }

/** What differs between a row and what the gateway knows; tables not named here do not differ. */
const CODECS: { [name: string]: { toRow: (given: never) => object; fromRow: (row: Row) => object } } = {
  devices: {
    toRow: ({ lamp, ...device }: Device) => ({
      ...device,
      lampId: lamp?.id ?? null,
      lampGroup: lamp?.group ?? null,
    }),
    fromRow: ({ lampId, lampGroup, ...device }) =>
      lampId === null ? device : { ...device, lamp: { id: lampId, group: lampGroup } },
  },
  filterStates: {
    toRow: (state: FilterState) => ({ ...state, words: blob(state.words) }),
    // Copied byte by byte, because words have to begin at a multiple of four.
    fromRow: (row) => ({
      ...row,
      words: new Int32Array(new Uint8Array(row.words as ArrayBuffer).slice().buffer),
    }),
  },
  releases: {
    toRow: ({ transfer, ticket, bundle }: Release) => ({
      transfer,
      ticket: blob(ticket),
      bundle: blob(bundle),
    }),
    fromRow: ({ transfer, ticket, bundle }) => ({
      transfer,
      ticket: new Uint8Array(ticket as ArrayBuffer).slice(),
      bundle: new Uint8Array(bundle as ArrayBuffer).slice(),
    }),
  },
}

/** A view of bytes as the database takes it. */
const blob = ({ buffer, byteOffset, byteLength }: Uint8Array | Int32Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

function putStatement(table: SettledTable): string {
  const all = [...table.key, ...table.columns]
  const marks = all.map(() => '?').join(', ')
  return `INSERT OR REPLACE INTO ${table.name} (${quoted(all)}) VALUES (${marks})`
}

function pickStatement(table: SettledTable, byKey: boolean): string {
  const columns = quoted([...table.key, ...table.columns])
  return `SELECT ${columns} FROM ${table.name} ${byKey ? `WHERE ${table.key[0]!} = ?` : ''} ORDER BY ${table.order}`
}

export class SettledRows {
  private tables = new Map<
    string,
    { columns: string[]; put: Database.Statement; all: Database.Statement; of: Database.Statement }
  >()
  private readonly keepReleases: Database.Statement

  constructor(db: Database.Database) {
    this.keepReleases = db.prepare(
      'DELETE FROM releases WHERE transfer NOT IN (SELECT value FROM json_each(?))',
    )
    for (const table of SETTLED_TABLES) {
      this.tables.set(table.name, {
        columns: [...table.key, ...table.columns],
        put: db.prepare(putStatement(table)),
        all: db.prepare(pickStatement(table, false)),
        of: db.prepare(pickStatement(table, true)),
      })
    }
  }

  /** Puts all rows of all settled tables that the changes hold. */
  write(changes: Changes): void {
    if (changes.keptReleases) this.keepReleases.run(JSON.stringify(changes.keptReleases))
    for (const [name, { columns, put }] of this.tables) {
      const given = changes[name as keyof Changes] ?? []
      const toRow = CODECS[name]?.toRow
      for (const each of given) {
        const row = (toRow ? toRow(each as never) : each) as Row
        put.run(columns.map((column) => row[column]))
      }
    }
  }

  /** Rows of a table, all or those of one device (or whatever else its key begins with), in the table's order. */
  pick<T>(name: SettledTable['name'], key?: string | number): T[] {
    const { all, of } = this.tables.get(name)!
    const rows = (key === undefined ? all.all() : of.all(key)) as Row[]
    const fromRow = CODECS[name]?.fromRow
    return (fromRow ? rows.map(fromRow) : rows) as T[]
  }
}
