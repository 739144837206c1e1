/** The store: everything the gateway must still know after a power cut, behind one interface.
 *  Engines: libsql.ts (a file, or ':memory:' inside SQLite) and memory.ts (plain objects, for tests and throw-away runs). Both pass
 *  test/gateway/store/contract.ts. Every promise of a write resolves only after the commit: what was answered is on the disk.
 *  Times are unix milliseconds, values are int32 in the quantity's `perUnit`, EUIs are 16 lower-case hex digits. */
import type { Health } from '../../core/packet/index.ts'
import type { LinkName } from '../nodes/linkName.ts'

/** One reading of one quantity, as it is kept. All records of one sample share devEui, epoch, sequence and the times. */
export interface Record {
  devEui: string
  /** The 32-bit number a node draws when it formats its queue. */
  epoch: number
  /** The sample's number within the epoch, from 0, 32 bits. */
  sequence: number
  quantity: number
  timeMs: number
  /** True when the node was not sure how old the sample was. */
  timeUncertain: boolean
  /** Then `timeMs` is off by so much at the most; left out when the node had no bound, and `timeMs` is the latest it can have been. */
  timeErrorSeconds?: number
  /** 0 where the node's flag is `missing`. */
  value: number
  /** QARTOD flag the node sent (core/flags.ts). */
  nodeFlag: number
  /** QARTOD flag after the gateway's own filter. */
  flag: number
  /** Mask of the filter tests that fired at the gateway. */
  tests: number
  receivedMs: number
}

/** What became of a sample: `conflict` means its key was already stored with other values or node flags. */
export type Outcome = 'stored' | 'duplicate' | 'conflict'

/** A sample that came under a key already taken by another one. It is kept whole, apart, for a person to judge. */
export interface Conflict {
  receivedMs: number
  records: Record[]
}

/** Which samples of an epoch are stored: all below `nextSequence`, not that one, and those in `above`. */
export interface StoredSequences {
  /** Lowest sequence not stored (and not given up by the node, see Epoch.lowestSequence). */
  nextSequence: number
  /** Stored sequences greater than nextSequence, ascending, at most 64. */
  above: number[]
}

/** A registered node: who it is and where it stands. */
export interface Device {
  devEui: string
  joinEui: string
  /** 32 hex digits. */
  appKey: string
  name: string
  profile: string
  /** It joins and speaks over this link only. */
  link: LinkName
  latitude: number
  longitude: number
  lamp?: { id: string; group: string }
}

/** LoRaWAN state of a device. It is written before a nonce or counter is used, so that a restart never repeats one. */
export interface Session {
  devEui: string
  /** Highest DevNonce accepted so far, -1 before the first; NEVER_JOINS (nodes/node.ts) of a node that has its session from its registration. */
  devNonce: number
  /** JoinNonce of the last join accept, -1 before the first. */
  joinNonce: number
  devAddr: number
  /** 32 hex digits; empty before the first join. */
  nwkSKey: string
  appSKey: string
  /** Last uplink counter accepted, 32 bits; -1 before the first uplink of the session. */
  counterUp: number
  /** Next downlink counter to use, 32 bits. */
  counterDown: number
}

/** An epoch a node announced by its hello. */
export interface Epoch {
  devEui: string
  epoch: number
  /** The node's next sequence when it said hello. */
  nextSequence: number
  /** Samples below this one will never come: the node has given them up. 0 as a rule. */
  lowestSequence: number
  setId: number
  /** Between two ordinary uplinks, as the hello said. */
  reportSeconds: number
  firmwareVersion: number
  helloMs: number
}

/** What was last heard of a node, for the page after a restart. */
export interface Heard {
  devEui: string
  lastSeenMs: number
  rssiDbm: number | null
  snrDb: number | null
  /** Between two ordinary uplinks. */
  reportSeconds: number | null
}

/** The last health packet of a node; the fields as core/packet has them. */
export interface HealthRow extends Health {
  devEui: string
  receivedMs: number
}

/** The gateway's filter for one quantity of one node (core/filter): FILTER_WORDS words and when it last stepped. */
export interface FilterState {
  devEui: string
  quantity: number
  words: Int32Array
  /** Time of the sample it last stepped on. */
  timeMs: number
}

export type CommandState = 'commanded' | 'waiting' | 'confirmed' | 'expired' | 'ended'

/** A lamp command; (devEui, id) is its key, and putCommand moves it from state to state. */
export interface Command {
  devEui: string
  /** 1..65535, as the lamp's packet echoes it. */
  id: number
  levelPercent: number
  untilMs: number
  state: CommandState
  createdMs: number
  changedMs: number
  /** Who gave it. */
  by: string
}

/** An update as an operator brought it: its ticket (core/update/ticket.ts) and its bundle. */
export interface Release {
  /** Names the stream of both, uint32 (core/update/message.ts). */
  transfer: number
  ticket: Uint8Array
  bundle: Uint8Array
}

export type UpdateState =
  'queued' | 'sending' | 'verified' | 'running' | 'rolledBack' | 'refused' | 'cancelled'

/** The last update of a node; devEui is its key. */
export interface Update {
  devEui: string
  /** Of its release. */
  transfer: number
  /** That it brings. */
  version: number
  ticketBytes: number
  bundleBytes: number
  state: UpdateState
  /** Why it was rolled back or refused, in a word; empty where nothing was. */
  reason: string
  /** Pieces that the node has, of how many; 0 of 0 before it wanted any. */
  received: number
  pieces: number
  /** What the node last said that it runs; null before it said anything. */
  running: number | null
  createdMs: number
  changedMs: number
  /** Who asked for it. */
  by: string
}

/** What is to be remembered of an act by a person. */
export interface AuditEntry {
  timeMs: number
  who: string
  action: string
  detail: string
}

/** A row of the audit log: `hash` is the SHA-256 (hex) of index, previousHash and the entry, so that no row can be changed or left out. */
export interface AuditRow extends AuditEntry {
  /** 1, 2, 3, ... */
  index: number
  /** 64 zeros for the first row. */
  previousHash: string
  hash: string
}

/** Writes that belong together: all are committed in one transaction, or none. */
export interface Changes {
  /** One array a sample, all records of one sample together. */
  samples?: Record[][]
  filterStates?: FilterState[]
  sessions?: Session[]
  devices?: Device[]
  epochs?: Epoch[]
  heard?: Heard[]
  healths?: HealthRow[]
  commands?: Command[]
  releases?: Release[]
  updates?: Update[]
  /** Releases of other transfers than these are forgotten. */
  keptReleases?: number[]
  audit?: AuditEntry[]
}

export interface Totals {
  samples: number
  readings: number
  /** Samples that came again unchanged, counted since the store was made. */
  duplicates: number
  conflicts: number
}

/** Why a store refused: the file is no database (`corrupt`), was written by a later version (`newer`), is held by another process
 *  (`locked`), cannot be opened (`unreadable`), was closed (`closed`), or the disk failed (`failed`). */
export type StoreErrorReason = 'corrupt' | 'newer' | 'locked' | 'unreadable' | 'closed' | 'failed'

export class StoreError extends Error {
  constructor(
    readonly reason: StoreErrorReason,
    readonly detail: string,
  ) {
    super(`store ${reason}: ${detail}`)
    this.name = 'StoreError'
  }
}

/** All methods reject with a StoreError and nothing else. Calls take effect in the order they were made. */
export interface Store {
  /** Commits all of `changes` or none; answers one outcome a sample. Calls that wait at the same time share one commit. */
  write(changes: Changes): Promise<Outcome[]>

  /** Exactly once by (devEui, epoch, sequence). Content = quantities, values and node flags; the times and the gateway's flags of a
   *  sample that comes again may differ, and the first ones stay. */
  appendSamples(samples: Record[][]): Promise<Outcome[]>
  storedSequences(devEui: string, epoch: number): Promise<StoredSequences>
  /** Readings with fromMs <= timeMs <= toMs, oldest first; at most `limit`, and then the newest of the span. */
  readings(devEui: string, quantity: number, fromMs: number, toMs: number, limit: number): Promise<Record[]>
  /** The newest record of each quantity, by quantity. */
  latest(devEui: string): Promise<Record[]>
  /** Conflicts in the order they came, at most `limit`, and then the newest. */
  conflicts(devEui: string, limit: number): Promise<Conflict[]>

  /** All devices, by devEui. */
  devices(): Promise<Device[]>
  putDevice(device: Device): Promise<void>

  session(devEui: string): Promise<Session | undefined>
  /** All sessions, by devEui. */
  sessions(): Promise<Session[]>
  putSession(session: Session): Promise<void>

  /** Epochs of a device, the latest hello last. */
  epochs(devEui: string): Promise<Epoch[]>
  putEpoch(epoch: Epoch): Promise<void>

  /** All that was heard, by devEui. */
  heard(): Promise<Heard[]>
  putHeard(heard: Heard): Promise<void>

  /** The last health packet of each node, by devEui. */
  healths(): Promise<HealthRow[]>

  /** All filter states of a device, by quantity. */
  filterStates(devEui: string): Promise<FilterState[]>
  putFilterStates(states: FilterState[]): Promise<void>

  /** Commands of a device, oldest first. */
  commands(devEui: string): Promise<Command[]>
  putCommand(command: Command): Promise<void>

  release(transfer: number): Promise<Release | undefined>
  /** The last update of each node, by devEui. */
  updates(): Promise<Update[]>

  appendAudit(entry: AuditEntry): Promise<void>
  /** The newest `limit` rows, oldest first. */
  audit(limit: number): Promise<AuditRow[]>

  totals(): Promise<Totals>
  /** Waits for what was written, then frees the file. Everything called afterwards is refused as `closed`. */
  close(): Promise<void>
}
