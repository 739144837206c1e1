/** When a node may transmit, and on which channel: the law's share of time, band by band, kept over sleep in the MAC's record.
 *  Source: the region's `duty`; DutyCycleReq of LoRaWAN 1.0.4 (TS001-1.0.4), 5.3. Times are NodeClock milliseconds. */
import { airtimeMicroseconds } from '../../core/lorawan/airtime.ts'
import { dutyBandOf, type Region } from '../../core/regions/region.ts'
import {
  AT_BAND_FREE_SECONDS,
  AT_CHANNEL_MASK,
  AT_DATA_RATE,
  AT_DUTY_EXPONENT,
  AT_JOIN_FREE_SECONDS,
  channelHz,
  CHANNELS_MAX,
  channelsFor,
} from './macState.ts'
import type { Modulation } from './radio.ts'

/** Since power-on: how long joins may take 1 %, then 0.1 % of the time. */
const FIRST_MS = 3_600_000
const SECOND_MS = 11 * FIRST_MS

/** What the law allows now. */
export interface Survey {
  /** Until the first of the usable channels is free: 0 is now. */
  readonly waitMs: number
  /** One of those that are free now, -1 when there is none. */
  readonly channel: number
}

/** The channels that may carry the next uplink: those the network chose, but never none, or the node would be silent for ever. A join uses the
 *  region's own. */
function candidates(state: DataView, region: Region, joining: boolean): number {
  const own = (1 << region.channelsHz.length) - 1
  if (joining) return own
  return channelsFor(state, state.getUint16(AT_CHANNEL_MASK), state.getUint8(AT_DATA_RATE)) || own
}

/** Looks at the channels that may carry the next uplink. `noise` (any whole number) chooses, and not `last` when there is another. */
export function survey(
  state: DataView,
  region: Region,
  joining: boolean,
  nowMs: number,
  noise: number,
  last = -1,
): Survey {
  const mask = candidates(state, region, joining)
  const free: number[] = []
  let waitMs = Infinity
  for (let i = 0; i < CHANNELS_MAX; i++)
    if (mask & (1 << i)) {
      const band = dutyBandOf(region, channelHz(state, i))
      const bandSeconds = state.getUint32(AT_BAND_FREE_SECONDS + 4 * band)
      const freeSeconds = joining ? Math.max(bandSeconds, state.getUint32(AT_JOIN_FREE_SECONDS)) : bandSeconds
      const leftMs = Math.max(0, freeSeconds * 1000 - nowMs)
      if (leftMs === 0) free.push(i)
      waitMs = Math.min(waitMs, leftMs)
    }
  if (free.length > 1 && free.indexOf(last) >= 0) free.splice(free.indexOf(last), 1)
  return { waitMs, channel: free.length ? free[(noise >>> 0) % free.length]! : -1 }
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

/** Books a join request that begins now, beside its band: 36 s of transmissions in the first hour since power-on, 36 s in the next ten, then 8.7 s in
 *  each 24, lest a village whose gateway is gone fills the air (LoRaWAN 1.0.4, 7). The shares leave room for one frame more at either end. */
export function bookJoin(state: DataView, up: Modulation, bytes: number, nowMs: number): void {
  const airtimeMs = airtimeMicroseconds(bytes, up.spreadingFactor, up.bandwidthHz) / 1000
  const share = nowMs < FIRST_MS ? 110 : nowMs < SECOND_MS ? 1_100 : 12_000
  state.setUint32(AT_JOIN_FREE_SECONDS, Math.ceil((nowMs + airtimeMs * share) / 1000))
}
