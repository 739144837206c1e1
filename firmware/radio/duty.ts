/** When a node may transmit, and on which channel: the law's share of time, band by band, kept over sleep in the MAC's record.
 *  Source: the region's `duty`; DutyCycleReq of LoRaWAN 1.0.4 (TS001-1.0.4), 5.3. Times are NodeClock milliseconds. */
import { airtimeMicroseconds } from '../../core/lorawan/airtime.ts'
import { dutyBandOf, type Region } from '../../core/regions/region.ts'
import {
  AT_BAND_FREE_SECONDS,
  AT_CHANNEL_MASK,
  AT_DUTY_EXPONENT,
  channelHz,
  CHANNELS_MAX,
} from './macState.ts'
import type { Modulation } from './radio.ts'

/** What the law allows now. */
export interface Survey {
  /** Until the first of the usable channels is free: 0 is now, -1 never. */
  readonly waitMs: number
  /** One of those that are free now, 0 when there is none. */
  readonly hz: number
}

/** Looks at the channels that may carry the next uplink; a join uses the region's own. `noise` (any whole number) chooses. */
export function survey(
  state: DataView,
  region: Region,
  joining: boolean,
  nowMs: number,
  noise: number,
): Survey {
  const mask = joining ? (1 << region.channelsHz.length) - 1 : state.getUint16(AT_CHANNEL_MASK)
  const freeHz: number[] = []
  let waitMs = -1
  for (let i = 0; i < CHANNELS_MAX; i++)
    if (mask & (1 << i)) {
      const hz = channelHz(state, i)
      const freeSeconds = state.getUint32(AT_BAND_FREE_SECONDS + 4 * dutyBandOf(region, hz))
      const leftMs = Math.max(0, freeSeconds * 1000 - nowMs)
      if (leftMs === 0) freeHz.push(hz)
      if (waitMs < 0 || leftMs < waitMs) waitMs = leftMs
    }
  return { waitMs, hz: freeHz.length ? freeHz[(noise >>> 0) % freeHz.length]! : 0 }
}

/** Books a frame of `bytes` that begins now: its band is free again when the frame is no more than its share of the time, rounded up to
 *  whole seconds. */
export function bookAirtime(
  state: DataView,
  region: Region,
  up: Modulation,
  bytes: number,
  nowMs: number,
): void {
  const airtimeMs = airtimeMicroseconds(bytes, up.spreadingFactor, up.bandwidthHz) / 1000
  const used = dutyBandOf(region, up.frequencyHz)
  for (let i = 0; i < region.duty.length; i++) {
    const at = AT_BAND_FREE_SECONDS + 4 * i
    const byLaw = i === used ? 1000 / region.duty[i]!.nodePerMille : 1
    const byNetwork = 1 << state.getUint8(AT_DUTY_EXPONENT)
    const share = Math.max(byLaw, byNetwork)
    const freeSeconds = Math.ceil((nowMs + airtimeMs * share) / 1000)
    if (share > 1 && freeSeconds > state.getUint32(at)) state.setUint32(at, freeSeconds)
  }
}
