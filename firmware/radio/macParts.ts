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
}

/** Gets the network's time: it was `unixSeconds` at `atMs` of NodeClock. */
export type OnTime = (unixSeconds: number, atMs: number) => void

export interface MacParts {
  readonly hal: Hal
  readonly radio: Radio
  readonly region: Region
  readonly settings: Settings
  readonly host: MacHost
  readonly onTime: OnTime
  readonly state: DataView
  /** Made from the saved keys when first needed. */
  session: Session | undefined
  busy: boolean
  timeAsked: boolean
}

/** What EIRP has above the power at the connector: the boards' antennas, in whole dB. */
export const ANTENNA_GAIN_DB = 2

/** Puts the MAC's record into flash, as of now. */
export function save(mac: MacParts): void {
  mac.host.save(closeState(mac.state, Math.floor(mac.hal.clock.nowMs() / 1000)))
}

/** Undefined for a data rate that is not LoRa. */
export function modulationOf(region: Region, frequencyHz: number, dataRate: number): Modulation | undefined {
  const rate = region.dataRates[dataRate]
  return rate && { frequencyHz, spreadingFactor: rate.spreadingFactor, bandwidthHz: rate.bandwidthHz }
}
