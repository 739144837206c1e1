/** What the parts of a node's MAC share: one object a node. Times are NodeClock milliseconds. */
import type { Session } from '../../core/lorawan/frame.ts'
import type { Region } from '../../core/regions/region.ts'
import type { Settings } from '../../core/settings.ts'
import type { Hal } from '../hal/index.ts'
import { closeState } from './macState.ts'
import type { Modulation, Radio } from './radio.ts'

export interface MacHost {
  /** What was saved last, or undefined on a new node. */
  load(): Uint8Array | undefined
  /** Returns when `state` is in flash. The bytes are the MAC's own and change after the call. */
  save(state: Uint8Array): void
  /** DevAddr and keys of a node that never joins (core/abp.ts). */
  readonly personal?: Uint8Array | undefined
  /** What a DevStatusAns tells: 0 on the mains, 1 to 254 from empty to full; left out where nobody knows. */
  readonly battery?: number
  /** Called once with a new MAC: a node that listens always hooks itself in here (classC.ts). */
  opened?: ((mac: MacParts) => void) | undefined
}

/** Gets the network's time: it was `unixSeconds` at `atMs` of NodeClock. */
export type OnTime = (unixSeconds: number, atMs: number) => void

/** Questions for the network, bits of `asked`. */
export const ASK_LINK = 1
export const ASK_TIME = 2

export interface MacParts {
  readonly hal: Hal
  readonly radio: Radio
  readonly region: Region
  readonly settings: Settings
  readonly host: MacHost
  /** Nobody asks for the time when it is left out. */
  readonly onTime: OnTime | undefined
  readonly state: DataView
  /** Made from the saved keys when first needed. */
  session?: Session | undefined
  busy: boolean
  /** ASK_*: goes beside the next uplink that has room, and again until it is answered. */
  asked: number
  /** What the network said of the last uplink that asked for it. */
  link?: { marginDb: number; gateways: number } | undefined
  /** The last uplink carried nothing but answers to MAC commands. */
  alone?: boolean
  /** Nothing goes out before: an acknowledgement may still be on its way. */
  quietUntilMs?: number
  /** How late the program was of late, at an interrupt or a timer: windows are as much wider (classA.ts). */
  lateMs?: number
  /** What the radio does before a class A window and behind the last one: it sleeps when this is left out. */
  rest?: () => void
  /** A frame in a class A window that is not this node's own. */
  stray?: (phy: Uint8Array) => void
  /** An uplink with an acknowledgement is not repeated after this (classC.ts). */
  answerByMs?: number | undefined
  /** Given up by its owner: it sends nothing any more and reports nothing. */
  closed?: boolean
}

/** What EIRP has above the power at the connector: the boards' antennas, in whole dB. */
export const ANTENNA_GAIN_DB = 2

/** Puts the MAC's record into flash, as of now. */
export function save({ host, state, hal }: Pick<MacParts, 'host' | 'state' | 'hal'>): void {
  host.save(closeState(state, Math.floor(hal.clock.nowMs() / 1000)))
}

/** Undefined for a data rate that is not LoRa. */
export function modulationOf(region: Region, frequencyHz: number, dataRate: number): Modulation | undefined {
  const rate = region.dataRates[dataRate]
  return rate && { frequencyHz, spreadingFactor: rate.spreadingFactor, bandwidthHz: rate.bandwidthHz }
}
