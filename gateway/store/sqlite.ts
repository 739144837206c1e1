/** The engine on a SQLite file (libsql): WAL with synchronous=FULL, so that a commit is on the disk when it returns.
 *  Source: SQLite documentation, "Write-Ahead Logging" and "PRAGMA synchronous". The file is locked for as long as it is open: two
 *  gateways on one file would use the same frame counters twice. */
import Database from 'libsql'
import { nextAuditRow } from './content.ts'
import type { Engine } from './engine.ts'
import { SampleRows } from './samples.ts'
import { SettledRows } from './settled.ts'
import {
  StoreError,
  type AuditEntry,
  type AuditRow,
  type Changes,
  type Command,
  type Device,
} from './store.ts'
import type {
  Conflict,
  Epoch,
  FilterState,
  Heard,
  HealthRow,
  Outcome,
  Record,
  Release,
  Session,
  StoredSequences,
  Totals,
  Update,
} from './store.ts'
import { APPLICATION_ID, MIGRATIONS } from './tables.ts'

/** SQLite's names for what StoreErrorReason names; anything else is 'failed'. */
const REASONS: { [code: string]: StoreError['reason'] } = {
  SQLITE_NOTADB: 'corrupt',
  SQLITE_CORRUPT: 'corrupt',
  SQLITE_BUSY: 'locked',
  SQLITE_CANTOPEN: 'unreadable',
  SQLITE_READONLY: 'unreadable',
  SQLITE_PERM: 'unreadable',
}

/** Any error of SQLite as a StoreError; `otherwise` for one without a known code. */
export function storeErrorOf(error: unknown, otherwise: StoreError['reason'] = 'failed'): StoreError {
  if (error instanceof StoreError) return error
  const { code, message } = error as { code?: string; message?: string }
  return new StoreError(REASONS[code ?? ''] ?? otherwise, message ?? String(error))
}

function pragma(db: Database.Database, name: string): number {
  const [row] = db.pragma(name) as { [name: string]: number }[]
  return row?.[name] ?? 0
}

/** The schema's version; throws a StoreError when the file is not ours or is later than this version. It changes nothing. */
function inspect(db: Database.Database): number {
  const version = pragma(db, 'user_version')
  const tables = db.prepare('SELECT count(*) AS count FROM sqlite_master').get() as { count: number }
  if (pragma(db, 'application_id') !== APPLICATION_ID && tables.count > 0) {
    throw new StoreError('corrupt', 'an SQLite file, but of another program')
  }
  if (version > MIGRATIONS.length) {
    throw new StoreError('newer', `schema ${version}, this version knows ${MIGRATIONS.length}`)
  }
  return version
}

/** Brings a file from this version of the schema to ours. It writes even when nothing is missing, which takes the lock at once. */
function migrate(db: Database.Database, version: number): void {
  db.exec('BEGIN IMMEDIATE')
  for (const statements of MIGRATIONS.slice(version)) db.exec(statements)
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  db.exec('COMMIT')
}

/** Opens or makes the file; throws a StoreError. */
function openFile(file: string): Database.Database {
  try {
    const db = new Database(file)
    const version = inspect(db)
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    migrate(db, version)
    return db
  } catch (error) {
    // libsql has no code for a file that it could not open at all.
    throw storeErrorOf(error, String(error).includes('ConnectionFailed') ? 'unreadable' : 'failed')
  }
}

export class SqliteEngine implements Engine {
  private db: Database.Database
  private samples: SampleRows
  private settled: SettledRows
  private insertAudit: Database.Statement
  private newestAudit: Database.Statement
  private groupOpen = false

  constructor(file: string) {
    this.db = openFile(file)
    this.samples = new SampleRows(this.db)
    this.settled = new SettledRows(this.db)
    this.insertAudit = this.db.prepare(
      'INSERT INTO audit ("index", previousHash, hash, timeMs, who, action, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.newestAudit = this.db.prepare(
      'SELECT "index", previousHash, hash, timeMs, who, action, detail FROM audit ORDER BY "index" DESC LIMIT ?',
    )
  }

  /** Begins a transaction that all calls up to commit() share. */
  begin(): void {
    this.db.exec('BEGIN IMMEDIATE')
    this.groupOpen = true
  }

  /** On the disk when it returns; throws when it is not, and then the group has to be rolled back. */
  commit(): void {
    this.db.exec('COMMIT')
    this.groupOpen = false
  }

  rollback(): void {
    this.samples.forget()
    if (this.groupOpen && this.db.inTransaction) this.db.exec('ROLLBACK')
    this.groupOpen = false
  }

  close(): void {
    this.db.close()
  }

  write(changes: Changes): Outcome[] {
    const outcomes = this.samples.append(changes.samples ?? [])
    this.settled.write(changes)
    for (const each of changes.epochs ?? [])
      this.samples.giveUpBelow(each.devEui, each.epoch, each.lowestSequence)
    for (const each of changes.audit ?? []) this.appendAudit(each)
    return outcomes
  }

  private appendAudit(entry: AuditEntry): void {
    const row = nextAuditRow(this.audit(1)[0], entry)
    this.insertAudit.run(row.index, row.previousHash, row.hash, row.timeMs, row.who, row.action, row.detail)
  }

  storedSequences(devEui: string, epoch: number): StoredSequences {
    return this.samples.storedSequences(devEui, epoch)
  }

  readings(devEui: string, quantity: number, fromMs: number, toMs: number, limit: number): Record[] {
    return this.samples.readings(devEui, quantity, fromMs, toMs, limit)
  }

  latest(devEui: string): Record[] {
    return this.samples.latest(devEui)
  }

  conflicts(devEui: string, limit: number): Conflict[] {
    return this.samples.conflicts(devEui, limit)
  }

  devices(): Device[] {
    return this.settled.pick('devices')
  }

  sessions(): Session[] {
    return this.settled.pick('sessions')
  }

  session(devEui: string): Session | undefined {
    return this.settled.pick<Session>('sessions', devEui)[0]
  }

  epochs(devEui: string): Epoch[] {
    return this.settled.pick('epochs', devEui)
  }

  heard(): Heard[] {
    return this.settled.pick('heard')
  }

  healths(): HealthRow[] {
    return this.settled.pick('healths')
  }

  filterStates(devEui: string): FilterState[] {
    return this.settled.pick('filterStates', devEui)
  }

  commands(devEui: string): Command[] {
    return this.settled.pick('commands', devEui)
  }

  release(transfer: number): Release | undefined {
    return this.settled.pick<Release>('releases', transfer)[0]
  }

  updates(): Update[] {
    return this.settled.pick('updates')
  }

  audit(limit: number): AuditRow[] {
    return (this.newestAudit.all(limit) as AuditRow[]).reverse()
  }

  totals(): Totals {
    return this.samples.totals()
  }
}
