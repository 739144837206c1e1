/** The store in plain objects: for tests and for runs that nobody wants to keep. It forgets everything when it is closed. */
import { contentOf, nextAuditRow } from './content.ts'
import { ABOVE_MAX, storeOf, type Ask, type Engine } from './engine.ts'
import {
  StoreError,
  type AuditRow,
  type Changes,
  type Command,
  type Conflict,
  type Device,
  type Epoch,
} from './store.ts'
import type {
  FilterState,
  Heard,
  HealthRow,
  Outcome,
  Record,
  Release,
  Session,
  Store,
  StoredSequences,
  Totals,
  Update,
} from './store.ts'

/** The newer of two records of one quantity: by time, then epoch, then sequence. */
function compare(a: Record, b: Record): number {
  return a.timeMs - b.timeMs || a.epoch - b.epoch || a.sequence - b.sequence
}

/** Samples of one epoch of one device. */
interface EpochSamples {
  samples: Map<number, Record[]>
  nextSequence: number
}

/** Values of a map in the order of their keys. */
function sorted<T>(map: Map<string, T>): T[] {
  return [...map.keys()].sort().map((key) => structuredClone(map.get(key)!))
}

/** Puts a record where it belongs in a list ordered by compare(); the place is near the end as a rule. */
function insert(list: Record[], record: Record): void {
  let at = list.length
  while (at > 0 && compare(list[at - 1]!, record) > 0) at--
  list.splice(at, 0, record)
}

class MemoryEngine implements Engine {
  private epochSamples = new Map<string, EpochSamples>()
  /** By device, then quantity. */
  private series = new Map<string, Map<number, Record[]>>()
  private kept: Conflict[] = []
  private count: Totals = { samples: 0, readings: 0, duplicates: 0, conflicts: 0 }
  private deviceRows = new Map<string, Device>()
  private sessionRows = new Map<string, Session>()
  private epochRows = new Map<string, Epoch>()
  private heardRows = new Map<string, Heard>()
  private healthRows = new Map<string, HealthRow>()
  private filterRows = new Map<string, FilterState>()
  private commandRows = new Map<string, Command>()
  private releaseRows = new Map<number, Release>()
  private updateRows = new Map<string, Update>()
  private auditRows: AuditRow[] = []

  write(changes: Changes): Outcome[] {
    const { samples = [], ...rest } = structuredClone(changes)
    // Nothing below can fail half way: an empty sample is the only thing that would.
    if (samples.some((records) => records.length === 0))
      throw new StoreError('failed', 'a sample without records')
    const outcomes = samples.map((records) => this.append(records))
    for (const each of rest.filterStates ?? []) this.filterRows.set(`${each.devEui} ${each.quantity}`, each)
    for (const each of rest.sessions ?? []) this.sessionRows.set(each.devEui, each)
    for (const each of rest.devices ?? []) this.deviceRows.set(each.devEui, each)
    for (const each of rest.epochs ?? []) this.putEpoch(each)
    for (const each of rest.heard ?? []) this.heardRows.set(each.devEui, each)
    for (const each of rest.healths ?? []) this.healthRows.set(each.devEui, each)
    for (const each of rest.commands ?? []) this.commandRows.set(`${each.devEui} ${each.id}`, each)
    const { keptReleases } = rest
    if (keptReleases)
      for (const transfer of [...this.releaseRows.keys()])
        if (!keptReleases.includes(transfer)) this.releaseRows.delete(transfer)
    for (const each of rest.releases ?? []) this.releaseRows.set(each.transfer, each)
    for (const each of rest.updates ?? []) this.updateRows.set(each.devEui, each)
    for (const each of rest.audit ?? []) this.auditRows.push(nextAuditRow(this.auditRows.at(-1), each))
    return outcomes
  }

  private epochOf(devEui: string, epoch: number): EpochSamples {
    const key = `${devEui} ${epoch}`
    let found = this.epochSamples.get(key)
    if (!found) this.epochSamples.set(key, (found = { samples: new Map(), nextSequence: 0 }))
    return found
  }

  private append(records: Record[]): Outcome {
    const { devEui, epoch, sequence } = records[0]!
    const of = this.epochOf(devEui, epoch)
    const there = of.samples.get(sequence)
    if (there) return this.judge(there, records)
    of.samples.set(sequence, records)
    this.advance(of)
    for (const record of records) insert(this.seriesOf(devEui, record.quantity), record)
    this.count.samples++
    this.count.readings += records.length
    return 'stored'
  }

  private judge(there: Record[], records: Record[]): Outcome {
    if (contentOf(there) === contentOf(records)) {
      this.count.duplicates++
      return 'duplicate'
    }
    const { devEui, epoch, sequence, receivedMs } = records[0]!
    const known = this.kept.some(({ records: [first, ...others] }) => {
      const same = first!.devEui === devEui && first!.epoch === epoch && first!.sequence === sequence
      return same && contentOf([first!, ...others]) === contentOf(records)
    })
    if (!known) {
      this.kept.push({ receivedMs, records })
      this.count.conflicts++
    }
    return 'conflict'
  }

  private advance(of: EpochSamples): void {
    while (of.samples.has(of.nextSequence)) of.nextSequence++
  }

  private seriesOf(devEui: string, quantity: number): Record[] {
    let series = this.series.get(devEui)
    if (!series) this.series.set(devEui, (series = new Map<number, Record[]>()))
    let list = series.get(quantity)
    if (!list) series.set(quantity, (list = []))
    return list
  }

  private putEpoch(epoch: Epoch): void {
    this.epochRows.set(`${epoch.devEui} ${epoch.epoch}`, epoch)
    const of = this.epochOf(epoch.devEui, epoch.epoch)
    of.nextSequence = Math.max(of.nextSequence, epoch.lowestSequence)
    this.advance(of)
  }

  storedSequences(devEui: string, epoch: number): StoredSequences {
    const of = this.epochSamples.get(`${devEui} ${epoch}`)
    if (!of) return { nextSequence: 0, above: [] }
    const above = [...of.samples.keys()].filter((each) => each > of.nextSequence).sort((a, b) => a - b)
    return { nextSequence: of.nextSequence, above: above.slice(0, ABOVE_MAX) }
  }

  readings(devEui: string, quantity: number, fromMs: number, toMs: number, limit: number): Record[] {
    const list = this.series.get(devEui)?.get(quantity) ?? []
    const span = list.filter((each) => each.timeMs >= fromMs && each.timeMs <= toMs)
    return structuredClone(span.slice(Math.max(0, span.length - limit)))
  }

  latest(devEui: string): Record[] {
    const series = [...(this.series.get(devEui) ?? [])].sort((a, b) => a[0] - b[0])
    return structuredClone(series.map(([, list]) => list.at(-1)!))
  }

  conflicts(devEui: string, limit: number): Conflict[] {
    const own = this.kept.filter((each) => each.records[0]!.devEui === devEui)
    return structuredClone(own.slice(Math.max(0, own.length - limit)))
  }

  devices(): Device[] {
    return sorted(this.deviceRows)
  }

  sessions(): Session[] {
    return sorted(this.sessionRows)
  }

  session(devEui: string): Session | undefined {
    return structuredClone(this.sessionRows.get(devEui))
  }

  epochs(devEui: string): Epoch[] {
    const own = [...this.epochRows.values()].filter((each) => each.devEui === devEui)
    return structuredClone(own.sort((a, b) => a.helloMs - b.helloMs || a.epoch - b.epoch))
  }

  heard(): Heard[] {
    return sorted(this.heardRows)
  }

  healths(): HealthRow[] {
    return sorted(this.healthRows)
  }

  filterStates(devEui: string): FilterState[] {
    const own = [...this.filterRows.values()].filter((each) => each.devEui === devEui)
    return structuredClone(own.sort((a, b) => a.quantity - b.quantity))
  }

  commands(devEui: string): Command[] {
    const own = [...this.commandRows.values()].filter((each) => each.devEui === devEui)
    return structuredClone(own.sort((a, b) => a.createdMs - b.createdMs || a.id - b.id))
  }

  release(transfer: number): Release | undefined {
    return structuredClone(this.releaseRows.get(transfer))
  }

  updates(): Update[] {
    return sorted(this.updateRows)
  }

  audit(limit: number): AuditRow[] {
    return structuredClone(this.auditRows.slice(Math.max(0, this.auditRows.length - limit)))
  }

  totals(): Totals {
    return { ...this.count }
  }
}

/** An empty store in memory. */
export async function openMemoryStore(): Promise<Store> {
  let engine: MemoryEngine | undefined = new MemoryEngine()
  const ask: Ask = async (method, ...parameters) => {
    if (!engine) throw new StoreError('closed', 'the store was closed')
    const run = engine[method] as (...given: typeof parameters) => ReturnType<Engine[typeof method]>
    return run.apply(engine, parameters)
  }
  return storeOf(ask, async () => {
    engine = undefined
  })
}
