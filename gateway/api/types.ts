/** What the HTTP API says, as types: the page is built against this file, and schema.ts checks the same shapes at run time.
 *  Times are Unix milliseconds; a value is an integer, `perUnit` of them a unit. */
import type { LinkName } from '../nodes/linkName.ts'

export type ProfileName = 'soil' | 'air' | 'gauge' | 'light'
/** Late after two report intervals without a word, lost after six. */
export type NodeState = 'fresh' | 'late' | 'lost' | 'never'
/** QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing. */
export type FlagValue = 1 | 2 | 3 | 4 | 9
export type ResetWord = 'unknown' | 'powerOn' | 'software' | 'watchdog' | 'brownOut' | 'load' | 'memory'
export type ModeWord = 'normal' | 'commissioning' | 'safe'
/** safe: it reports nothing but its health; outOfMemory; batteryEmpty: it will fall silent; brownOut: its last restart; crash: its last restart; batteryLow. */
export type HealthAlarm = 'safe' | 'batteryEmpty' | 'outOfMemory' | 'brownOut' | 'crash' | 'batteryLow'
/** Why the lamp burns as it does. */
export type LampReason = 'schedule' | 'command' | 'doubt' | 'fault'
/** commanded: stored, not yet sent; waiting: handed to a forwarder; confirmed: the lamp's own packet names the command;
 *  expired: its time passed unconfirmed; ended: confirmed, and its time is over. */
export type CommandState = 'commanded' | 'waiting' | 'confirmed' | 'expired' | 'ended'

export interface ReadingView {
  quantity: string
  unit: string
  perUnit: number
  value: number | null
  flag: FlagValue
  timeMs: number
  timeUncertain: boolean
  /** Where the time is uncertain and the node knows by how much. */
  timeErrorSeconds?: number
}

export interface LampCommandView {
  id: number
  levelPercent: number
  untilMs: number
  state: CommandState
  createdMs: number
  by: string
}

export interface LampConfirmedView {
  levelPercent: number
  reason: LampReason
  timeMs: number
}

export interface LampView {
  id: string
  group: string
  confirmed: LampConfirmedView | null
  command: LampCommandView | null
}

/** What a node last said of itself (docs/PACKET.md, Health). */
export interface HealthView {
  timeMs: number
  resetReason: ResetWord
  mode: ModeWord
  supply: 'full' | 'low' | 'empty'
  clock: 'unknown' | 'known' | 'old'
  outOfMemory: boolean
  lowMemory: boolean
  callbackFailed: boolean
  inputLost: boolean
  brownOuts: number
  crashes: number
  powerOns: number
  settingsRevision: number | null
  settingsCrc: number | null
  freeVariables: number
  batteryMillivolts: number | null
  held: number
  /** What somebody should look at, worst first; empty when all is well. */
  alarms: HealthAlarm[]
}

export type UpdateState =
  'queued' | 'sending' | 'verified' | 'running' | 'rolledBack' | 'refused' | 'cancelled'

/** The last update of a node. queued: waits for its next uplink; sending: it has `received` of `pieces`; verified: all are there and right, it starts them;
 *  running: its self-test passed; rolledBack: the program before runs again; refused: by the node. */
export interface UpdateView {
  state: UpdateState
  version: number
  received: number
  pieces: number
  /** Of one that was refused or rolled back: a word of docs/PACKET.md. */
  reason: string
  /** The version that the node last said it runs. */
  running: number | null
  createdMs: number
  changedMs: number
  by: string
}

export interface NodeView {
  eui: string
  name: string
  profile: ProfileName
  latitude: number
  longitude: number
  lastSeenMs: number | null
  intervalSeconds: number | null
  state: NodeState
  rssiDbm: number | null
  snrDb: number | null
  readings: ReadingView[]
  health: HealthView | null
  lamp?: LampView
  /** Where there ever was one. */
  update?: UpdateView
}

/** GET /api/nodes */
export interface NodesAnswer {
  nowMs: number
  connected: true
  nodes: NodeView[]
}

/** [time, value, flag] */
export type ReadingPoint = [timeMs: number, value: number | null, flag: FlagValue]

/** GET /api/nodes/:eui/readings?quantity=waterLevel&from=ms&to=ms */
export interface ReadingsAnswer {
  eui: string
  quantity: string
  unit: string
  perUnit: number
  points: ReadingPoint[]
}

/** POST /api/lamps/:id/command with header `x-operator-pin`; :id is a lamp's id or `group:<name>`. */
export interface LampCommandRequest {
  levelPercent: number
  untilMs: number
}

/** POST /api/nodes/:eui/configuration with header `x-operator-pin`: 202; GET tells what became of it. */
export interface ConfigurationRequest {
  latitudeE4?: number | undefined
  longitudeE4?: number | undefined
  intervalSeconds?: number | undefined
  samplesPerUplink?: number | undefined
  soilDryMillivolts?: number | undefined
  soilWetMillivolts?: number | undefined
  gaugeHeightMm?: number | undefined
  alarmAbove?: number | undefined
  alarmRise?: number | undefined
  alarmWithinMinutes?: number | undefined
  lampOnMinutes?: number | undefined
  lampOffMinutes?: number | undefined
  darkFromMinutes?: number | undefined
  darkToMinutes?: number | undefined
  utcOffsetMinutes?: number | undefined
}

export interface ConfigurationAnswer {
  configuration: {
    revision: number
    state: 'commanded' | 'waiting' | 'applied' | 'refused'
    /** The first bad field of a refused change, or 'contradiction' where good ones do not agree with the rest of the record. */
    refused?: string | undefined
  }
}

/** POST /api/updates with header `x-operator-pin`: a release and the nodes that are to have it; either `nodes` or `all`. */
export interface UpdateRequest {
  /** Base64. */
  ticket: string
  bundle: string
  nodes?: string[] | undefined
  /** All nodes with Wi-Fi of the release's profile that may need it. */
  all?: true | undefined
}

/** GET /api/updates; 202 to a POST, with those that it was about; to DELETE /api/updates/:eui, with that one. */
export interface UpdatesAnswer {
  updates: (UpdateView & { eui: string; name: string })[]
}

/** 202; one command, whether it is for one lamp or for a group. */
export interface LampCommandAnswer {
  command: LampCommandView
}

/** POST /api/devices with header `x-operator-pin`; EUIs are 16 hex digits as printed, the key 32. */
export interface DeviceRequest {
  devEui: string
  joinEui: string
  appKey: string
  name: string
  profile: ProfileName
  /** 'lorawan' when left out. */
  link?: LinkName | undefined
  latitude: number
  longitude: number
  lamp?: { id: string; group: string } | undefined
  /** Of a node that never joins (activation by personalization): 8 hex digits, and keys of 32. */
  abp?: { devAddr: string; nwkSKey: string; appSKey: string } | undefined
}

/** 201 */
export interface DeviceAnswer {
  devEui: string
  name: string
}

/** Any refusal: what was wrong, what would have been right, what came. */
export interface ApiError {
  where: string
  expected: string
  got: string
}
export interface ErrorAnswer {
  error: ApiError
}

/** GET /api/status */
export interface StatusAnswer {
  nowMs: number
  simulated: boolean
  counts: Record<string, number>
}

/** GET /api/events: event `nodes`, the nodes that changed. */
export interface NodesEvent {
  nowMs: number
  nodes: NodeView[]
}

/** GET /api/events: event `tick`, so that a page knows the stream lives. */
export interface TickEvent {
  nowMs: number
}
