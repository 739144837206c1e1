/** Samples, readings and conflicts in SQLite: rows that are only ever added to. */
import type Database from 'libsql'
import { contentOf } from './content.ts'
import { ABOVE_MAX } from './engine.ts'
import {
  StoreError,
  type Conflict,
  type Outcome,
  type Record,
  type StoredSequences,
  type Totals,
} from './store.ts'

// prettier-ignore
const STATEMENTS = {
  findNode:      'SELECT id FROM nodes WHERE devEui = ?',
  addNode:       'INSERT INTO nodes (devEui) VALUES (?)',
  addSample:     'INSERT OR IGNORE INTO samples (node, epoch, sequence, timeMs, timeUncertain, receivedMs, content) VALUES (?, ?, ?, ?, ?, ?, ?)',
  contentAt:     'SELECT content FROM samples WHERE node = ? AND epoch = ? AND sequence = ?',
  addConflict:   'INSERT OR IGNORE INTO conflicts (node, epoch, sequence, receivedMs, content, records) VALUES (?, ?, ?, ?, ?, ?)',
  conflicts:     'SELECT receivedMs, records FROM conflicts WHERE node = ? ORDER BY id DESC LIMIT ?',
  frontier:      'SELECT nextSequence FROM frontiers WHERE node = ? AND epoch = ?',
  setFrontier:   'INSERT OR REPLACE INTO frontiers (node, epoch, nextSequence) VALUES (?, ?, ?)',
  highest:       'SELECT max(sequence) AS sequence FROM samples WHERE node = ? AND epoch = ?',
  storedFrom:    'SELECT sequence FROM samples WHERE node = ? AND epoch = ? AND sequence >= ? ORDER BY sequence LIMIT ?',
  readings: `SELECT r.epoch, r.sequence, r.quantity, r.timeMs, s.timeUncertain, r.value, r.nodeFlag, r.flag, r.tests, s.receivedMs
             FROM readings r JOIN samples s ON s.node = r.node AND s.epoch = r.epoch AND s.sequence = r.sequence
             WHERE r.node = ? AND r.quantity = ? AND r.timeMs BETWEEN ? AND ?
             ORDER BY r.timeMs DESC, r.epoch DESC, r.sequence DESC LIMIT ?`,
  nextQuantity:  'SELECT min(quantity) AS quantity FROM readings WHERE node = ? AND quantity > ?',
  count:         'UPDATE totals SET samples = samples + ?, readings = readings + ?, duplicates = duplicates + ?, conflicts = conflicts + ?',
  totals:        'SELECT samples, readings, duplicates, conflicts FROM totals',
}

/** In the column timeUncertain: 0 is certain, this has no bound, and what is more is the bound in seconds. */
const UNBOUNDED = 1

/** Puts all readings of a sample at once: a call of a statement, and each value it is given, cost more than a row. */
function addReadings(count: number): string {
  const marks = (i: number): string => [5, 6, 7, 8, 9].map((first) => `?${first + 5 * i}`).join(', ')
  const rows = Array.from({ length: count }, (_, i) => `(?1, ?2, ?3, ?4, ${marks(i)})`)
  return `INSERT INTO readings (node, timeMs, epoch, sequence, quantity, value, nodeFlag, flag, tests) VALUES ${rows.join(', ')}`
}

/** Stored sequences read at once while looking for the first gap. */
const STRETCH = 256

type Statements = { [name in keyof typeof STATEMENTS]: Database.Statement }

/** Of one epoch of one node: the first sequence that is missing, and the highest that is there (-1: none). */
interface Frontier {
  readonly node: number
  readonly epoch: number
  next: number
  highest: number
}

/** What the column says of a sample's time. */
function doubtOf(column: number): Pick<Record, 'timeUncertain' | 'timeErrorSeconds'> {
  return column > UNBOUNDED
    ? { timeUncertain: true, timeErrorSeconds: column }
    : { timeUncertain: column === UNBOUNDED }
}

export class SampleRows {
  private run: Statements
  private readingsOf = new Map<number, Database.Statement>()
  private nodeIds = new Map<string, number>()
  private frontiers = new Map<string, Frontier>()
  /** Frontiers whose row is behind: written once for all samples of a call. */
  private moved = new Set<Frontier>()

  constructor(private db: Database.Database) {
    const entries = Object.entries(STATEMENTS).map(([name, text]) => [name, db.prepare(text)])
    this.run = Object.fromEntries(entries) as Statements
  }

  /** Drops what was learnt within a transaction that was rolled back. */
  forget(): void {
    this.nodeIds.clear()
    this.frontiers.clear()
    this.moved.clear()
  }

  append(samples: readonly Record[][]): Outcome[] {
    if (samples.length === 0) return []
    const added: Totals = { samples: 0, readings: 0, duplicates: 0, conflicts: 0 }
    const outcomes = samples.map((records) => this.appendOne(records, added))
    this.saveFrontiers()
    this.run.count.run([added.samples, added.readings, added.duplicates, added.conflicts])
    return outcomes
  }

  private appendOne(records: Record[], added: Totals): Outcome {
    const first = records[0]
    if (!first) throw new StoreError('failed', 'a sample without records')
    const { epoch, sequence, timeMs, timeUncertain, timeErrorSeconds, receivedMs } = first
    const node = this.nodeOf(first.devEui) ?? this.addNode(first.devEui)
    const content = contentOf(records)
    const doubt = timeUncertain ? (timeErrorSeconds ?? UNBOUNDED) : 0
    // Here and below as one array: libsql copies values that come one by one.
    const { changes } = this.run.addSample.run([node, epoch, sequence, timeMs, doubt, receivedMs, content])
    if (changes === 0) return this.judge(node, records, content, added)
    const values: number[] = [node, timeMs, epoch, sequence]
    for (const { quantity, value, nodeFlag, flag, tests } of records)
      values.push(quantity, value, nodeFlag, flag, tests)
    this.adding(records.length).run(values)
    this.advance(node, epoch, sequence)
    added.samples++
    added.readings += records.length
    return 'stored'
  }

  private judge(node: number, records: Record[], content: string, added: Totals): Outcome {
    const { epoch, sequence, receivedMs } = records[0]!
    const there = this.run.contentAt.get(node, epoch, sequence) as { content: string }
    if (there.content === content) {
      added.duplicates++
      return 'duplicate'
    }
    // A conflict that is sent again is kept once.
    const text = JSON.stringify(records)
    added.conflicts += this.run.addConflict.run(node, epoch, sequence, receivedMs, content, text).changes
    return 'conflict'
  }

  private nodeOf(devEui: string): number | undefined {
    const known = this.nodeIds.get(devEui)
    if (known !== undefined) return known
    const row = this.run.findNode.get(devEui) as { id: number } | undefined
    if (row) this.nodeIds.set(devEui, row.id)
    return row?.id
  }

  private addNode(devEui: string): number {
    const id = Number(this.run.addNode.run(devEui).lastInsertRowid)
    this.nodeIds.set(devEui, id)
    return id
  }

  private adding(count: number): Database.Statement {
    const known = this.readingsOf.get(count)
    if (known) return known
    const statement = this.db.prepare(addReadings(count))
    this.readingsOf.set(count, statement)
    return statement
  }

  private frontier(node: number, epoch: number): Frontier {
    const key = `${node} ${epoch}`
    const known = this.frontiers.get(key)
    if (known) return known
    const row = this.run.frontier.get(node, epoch) as { nextSequence: number } | undefined
    const { sequence } = this.run.highest.get(node, epoch) as { sequence: number | null }
    const frontier = { node, epoch, next: row?.nextSequence ?? 0, highest: sequence ?? -1 }
    this.frontiers.set(key, frontier)
    return frontier
  }

  /** Moves the first gap on when this sequence, stored a moment ago, was the one it waited for. */
  private advance(node: number, epoch: number, sequence: number): void {
    const frontier = this.frontier(node, epoch)
    frontier.highest = Math.max(frontier.highest, sequence)
    if (frontier.next === sequence) this.moveFrontier(frontier, sequence + 1)
  }

  /** Sets the first gap to the first sequence from `from` on that is not stored. */
  private moveFrontier(frontier: Frontier, from: number): void {
    frontier.next = from > frontier.highest ? from : this.firstGap(frontier.node, frontier.epoch, from)
    this.moved.add(frontier)
  }

  private saveFrontiers(): void {
    for (const { node, epoch, next } of this.moved) this.run.setFrontier.run([node, epoch, next])
    this.moved.clear()
  }

  private firstGap(node: number, epoch: number, from: number): number {
    let next = from
    for (;;) {
      const begin = next
      for (const { sequence } of this.run.storedFrom.all(node, epoch, begin, STRETCH) as {
        sequence: number
      }[]) {
        if (sequence === next) next++
      }
      if (next < begin + STRETCH) return next
    }
  }

  /** Samples below `lowest` will never come. */
  giveUpBelow(devEui: string, epoch: number, lowest: number): void {
    if (lowest === 0) return
    const node = this.nodeOf(devEui) ?? this.addNode(devEui)
    const frontier = this.frontier(node, epoch)
    if (frontier.next >= lowest) return
    this.moveFrontier(frontier, lowest)
    this.saveFrontiers()
  }

  storedSequences(devEui: string, epoch: number): StoredSequences {
    const node = this.nodeOf(devEui)
    if (node === undefined) return { nextSequence: 0, above: [] }
    const nextSequence = this.frontier(node, epoch).next
    const rows = this.run.storedFrom.all(node, epoch, nextSequence + 1, ABOVE_MAX) as { sequence: number }[]
    return { nextSequence, above: rows.map((row) => row.sequence) }
  }

  readings(devEui: string, quantity: number, fromMs: number, toMs: number, limit: number): Record[] {
    const node = this.nodeOf(devEui)
    if (node === undefined) return []
    const rows = this.run.readings.all(node, quantity, fromMs, toMs, limit) as (Omit<Record, 'devEui'> &
      object)[]
    return rows.reverse().map((row) => ({ ...row, devEui, ...doubtOf(Number(row.timeUncertain)) }))
  }

  latest(devEui: string): Record[] {
    const found: Record[] = []
    const node = this.nodeOf(devEui)
    if (node === undefined) return found
    let quantity = this.quantityAfter(node, -1)
    for (; quantity !== null; quantity = this.quantityAfter(node, quantity)) {
      found.push(...this.readings(devEui, quantity, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 1))
    }
    return found
  }

  private quantityAfter(node: number, quantity: number): number | null {
    return (this.run.nextQuantity.get(node, quantity) as { quantity: number | null }).quantity
  }

  conflicts(devEui: string, limit: number): Conflict[] {
    const node = this.nodeOf(devEui)
    if (node === undefined) return []
    const rows = this.run.conflicts.all(node, limit) as { receivedMs: number; records: string }[]
    return rows
      .reverse()
      .map(({ receivedMs, records }) => ({ receivedMs, records: JSON.parse(records) as Record[] }))
  }

  totals(): Totals {
    // Not get(): libsql adds a field of its own to what that answers.
    return this.run.totals.all()[0] as Totals
  }
}
