/** What an engine has to do, one call at a time, and how a Store is made of it.
 *  An engine is synchronous and alone with its data; the Store in front of it queues, commits and answers. */
import type {
  Changes,
  Command,
  Conflict,
  Device,
  Epoch,
  FilterState,
  Outcome,
  Record,
  Release,
  Session,
  Update,
} from './store.ts'
import type { AuditRow, Heard, HealthRow, Store, StoredSequences, Totals } from './store.ts'

export interface Engine {
  /** All of the changes or, when it throws, none. */
  write(changes: Changes): Outcome[]
  storedSequences(devEui: string, epoch: number): StoredSequences
  readings(devEui: string, quantity: number, fromMs: number, toMs: number, limit: number): Record[]
  latest(devEui: string): Record[]
  conflicts(devEui: string, limit: number): Conflict[]
  devices(): Device[]
  sessions(): Session[]
  session(devEui: string): Session | undefined
  epochs(devEui: string): Epoch[]
  heard(): Heard[]
  healths(): HealthRow[]
  filterStates(devEui: string): FilterState[]
  commands(devEui: string): Command[]
  release(transfer: number): Release | undefined
  updates(): Update[]
  audit(limit: number): AuditRow[]
  totals(): Totals
}

export type EngineMethod = keyof Engine

/** Runs one method of an engine, wherever it lives. */
export type Ask = <M extends EngineMethod>(
  method: M,
  ...parameters: Parameters<Engine[M]>
) => Promise<ReturnType<Engine[M]>>

/** Sequences above the first gap that storedSequences lists. */
export const ABOVE_MAX = 64

/** A Store whose every call is asked of an engine. */
export function storeOf(ask: Ask, close: () => Promise<void>): Store {
  const write = async (changes: Changes): Promise<void> => void (await ask('write', changes))
  return {
    write: (changes) => ask('write', changes),
    appendSamples: (samples) => ask('write', { samples }),
    storedSequences: (devEui, epoch) => ask('storedSequences', devEui, epoch),
    readings: (devEui, quantity, fromMs, toMs, limit) =>
      ask('readings', devEui, quantity, fromMs, toMs, limit),
    latest: (devEui) => ask('latest', devEui),
    conflicts: (devEui, limit) => ask('conflicts', devEui, limit),
    devices: () => ask('devices'),
    putDevice: (device) => write({ devices: [device] }),
    session: (devEui) => ask('session', devEui),
    sessions: () => ask('sessions'),
    putSession: (session) => write({ sessions: [session] }),
    epochs: (devEui) => ask('epochs', devEui),
    putEpoch: (epoch) => write({ epochs: [epoch] }),
    heard: () => ask('heard'),
    healths: () => ask('healths'),
    putHeard: (heard) => write({ heard: [heard] }),
    filterStates: (devEui) => ask('filterStates', devEui),
    putFilterStates: (filterStates) => write({ filterStates }),
    commands: (devEui) => ask('commands', devEui),
    putCommand: (command) => write({ commands: [command] }),
    release: (transfer) => ask('release', transfer),
    updates: () => ask('updates'),
    appendAudit: (entry) => write({ audit: [entry] }),
    audit: (limit) => ask('audit', limit),
    totals: () => ask('totals'),
    close,
  }
}
