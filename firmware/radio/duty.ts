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

/** Channels that may carry the next uplink, a bit each: a join uses the region's own. */
function usableMask(state: DataView, region: Region, joining: boolean): number {
  return joining ? (1 << region.channelsHz.length) - 1 : state.getUint16(AT_CHANNEL_MASK)
}

/** Until the law allows a frequency: 0 is now. */
function frequencyWaitMs(state: DataView, region: Region, hz: number, nowMs: number): number {
  const freeMs = state.getUint32(AT_BAND_FREE_SECONDS + 4 * dutyBandOf(region, hz)) * 1000
  return Math.max(0, freeMs - nowMs)
}

/** Until one of the usable channels is free: 0 is now. */
export function waitMs(state: DataView, region: Region, joining: boolean, nowMs: number): number {
  const mask = usableMask(state, region, joining)
  let least = -1
  for (let i = 0; i < CHANNELS_MAX; i++) {
    const wait = mask & (1 << i) ? frequencyWaitMs(state, region, channelHz(state, i), nowMs) : -1
    if (wait >= 0 && (least < 0 || wait < least)) least = wait
  }
  return least
}

/** The frequency of one of the channels that are free now, chosen by `noise` (any whole number); 0 when there is none. */
export function pickFrequency(
  state: DataView,
  region: Region,
  joining: boolean,
  nowMs: number,
  noise: number,
): number {
  const mask = usableMask(state, region, joining)
  const free: number[] = []
  for (let i = 0; i < CHANNELS_MAX; i++) {
    const hz = channelHz(state, i)
    if (mask & (1 << i) && frequencyWaitMs(state, region, hz, nowMs) === 0) free.push(hz)
  }
  return free.length ? free[(noise >>> 0) % free.length]! : 0
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
