/** What the device MAC must still know after sleep and after a power cut, as one record of bytes that is used where it lies: on a node a
 *  record of fields costs a tenth of the variables of an object. Big-endian; times are seconds since power-on.
 *  The record is saved up to its last channel, and a shorter one reads as if zeros followed. */
import type { Aes } from '../../core/cipher.ts'
import type { Region } from '../../core/regions/region.ts'

/** Each field begins where the one before it ends; the comment is its width. */
export const AT_VERSION = 0 // uint8
/** First bytes of a block encrypted with the AppKey: a node that gets another key begins anew. */
export const AT_KEY_MARK = AT_VERSION + 1 // uint32
/** The next DevNonce to use. */
export const AT_DEV_NONCE = AT_KEY_MARK + 4 // uint16
/** The lowest JoinNonce still accepted: one above the last, so that an old accept cannot be played back. */
export const AT_JOIN_NONCE = AT_DEV_NONCE + 2 // uint32
/** 1 or 0, as the three below. */
export const AT_JOINED = AT_JOIN_NONCE + 4 // uint8
/** Uplinks, and downlinks, are bound to 400 ms. */
export const AT_UPLINK_DWELL = AT_JOINED + 1 // uint8
export const AT_DOWNLINK_DWELL = AT_UPLINK_DWELL + 1 // uint8
/** A confirmed downlink is to be acknowledged. */
export const AT_ACK_DUE = AT_DOWNLINK_DWELL + 1 // uint8
export const AT_DEV_ADDR = AT_ACK_DUE + 1 // uint32
export const AT_KEYS = AT_DEV_ADDR + 4 // NwkSKey and AppSKey, 16 bytes each
/** The next counters: to use for an uplink, to accept from a downlink. */
export const AT_COUNTER_UP = AT_KEYS + 32 // uint32
export const AT_COUNTER_DOWN = AT_COUNTER_UP + 4 // uint32
export const AT_RX1_OFFSET = AT_COUNTER_DOWN + 4 // uint8
export const AT_RX2_DATA_RATE = AT_RX1_OFFSET + 1 // uint8
export const AT_RX2_HZ = AT_RX2_DATA_RATE + 1 // uint32
export const AT_RX_DELAY_SECONDS = AT_RX2_HZ + 4 // uint8
export const AT_DATA_RATE = AT_RX_DELAY_SECONDS + 1 // uint8
/** Steps of 2 dB below the maximum. */
export const AT_POWER_STEPS = AT_DATA_RATE + 1 // uint8
export const AT_EIRP_DBM = AT_POWER_STEPS + 1 // uint8
/** DutyCycleReq: at most 1 / 2^n of the time over all bands. */
export const AT_DUTY_EXPONENT = AT_EIRP_DBM + 1 // uint8
/** Uplinks since the last downlink. */
export const AT_SILENT = AT_DUTY_EXPONENT + 1 // uint16
export const AT_CHANNEL_MASK = AT_SILENT + 2 // uint16
/** Answers to MAC commands that wait for the next uplink. */
export const AT_ANSWERS_BYTES = AT_CHANNEL_MASK + 2 // uint8
export const AT_ANSWERS = AT_ANSWERS_BYTES + 1 // 15 bytes
export const AT_SAVED_SECONDS = AT_ANSWERS + 15 // uint32
/** When each duty band of the region is free again. */
export const AT_BAND_FREE_SECONDS = AT_SAVED_SECONDS + 4 // 6 of uint32
/** Frequencies in Hz, 0 where there is none. */
export const AT_CHANNELS = AT_BAND_FREE_SECONDS + 24 // 16 of uint32
const STATE_BYTES = AT_CHANNELS + 64

export const CHANNELS_MAX = 16
export const ANSWERS_BYTES_MAX = 15
const STATE_VERSION = 1

/** What tells one AppKey from another without giving it away. */
export function keyMarkOf(aes: Aes, appKey: Uint8Array): number {
  const block = new Uint8Array(16)
  aes(appKey)(block)
  return new DataView(block.buffer).getUint32(0)
}

export function channelHz(state: DataView, index: number): number {
  return state.getUint32(AT_CHANNELS + 4 * index)
}

/** Sets a channel's frequency, 0 to remove it; it is used from now on or not at all. */
export function setChannel(state: DataView, index: number, hz: number): void {
  const mask = state.getUint16(AT_CHANNEL_MASK)
  state.setUint32(AT_CHANNELS + 4 * index, hz)
  state.setUint16(AT_CHANNEL_MASK, hz ? mask | (1 << index) : mask & ~(1 << index))
}

/** What an activation begins with: the region's own channels and limits. */
export function resetLink(state: DataView, region: Region): void {
  state.setUint32(AT_COUNTER_UP, 0)
  state.setUint32(AT_COUNTER_DOWN, 0)
  state.setUint8(AT_RX1_OFFSET, 0)
  state.setUint8(AT_RX2_DATA_RATE, region.rx2.dataRate)
  state.setUint32(AT_RX2_HZ, region.rx2.frequencyHz)
  state.setUint8(AT_RX_DELAY_SECONDS, region.receiveDelaySeconds)
  state.setUint8(AT_DATA_RATE, region.joinDataRate)
  state.setUint8(AT_POWER_STEPS, 0)
  state.setUint8(AT_EIRP_DBM, region.eirpDbmMax)
  state.setUint8(AT_DUTY_EXPONENT, 0)
  state.setUint16(AT_SILENT, 0)
  state.setUint8(AT_ANSWERS_BYTES, 0)
  state.setUint8(AT_JOINED, 0)
  state.setUint8(AT_UPLINK_DWELL, region.dwellDefault ? 1 : 0)
  state.setUint8(AT_DOWNLINK_DWELL, region.dwellDefault ? 1 : 0)
  state.setUint8(AT_ACK_DUE, 0)
  for (let i = 0; i < CHANNELS_MAX; i++) setChannel(state, i, region.channelsHz[i] || 0)
}

/** The state of a node that wakes at `nowSeconds`: what was saved under the same AppKey, or a new one. */
export function openState(
  saved: Uint8Array | undefined,
  keyMark: number,
  region: Region,
  nowSeconds: number,
): DataView {
  const bytes = new Uint8Array(STATE_BYTES)
  const state = new DataView(bytes.buffer)
  if (saved && saved.length <= STATE_BYTES) bytes.set(saved)
  if (bytes[AT_VERSION] !== STATE_VERSION || state.getUint32(AT_KEY_MARK) !== keyMark) {
    bytes.fill(0)
    state.setUint8(AT_VERSION, STATE_VERSION)
    state.setUint32(AT_KEY_MARK, keyMark)
    resetLink(state, region)
  }
  // A bundle for another region is on the node now: its session and channels are over, its nonces stay used.
  if (channelHz(state, 0) !== region.channelsHz[0]) resetLink(state, region)
  const savedSeconds = state.getUint32(AT_SAVED_SECONDS)
  // Time that runs backwards began anew with the power: how long that was off is unknown, so all of the wait is kept.
  if (nowSeconds < savedSeconds)
    for (let at = AT_BAND_FREE_SECONDS; at < AT_CHANNELS; at += 4) {
      const leftSeconds = state.getUint32(at) - savedSeconds
      state.setUint32(at, leftSeconds > 0 ? nowSeconds + leftSeconds : 0)
    }
  return state
}

/** The bytes to save: a view of the record up to its last channel. */
export function closeState(state: DataView, nowSeconds: number): Uint8Array {
  state.setUint32(AT_SAVED_SECONDS, nowSeconds)
  let channels = CHANNELS_MAX
  while (channels && !channelHz(state, channels - 1)) channels--
  return new Uint8Array(state.buffer, 0, AT_CHANNELS + 4 * channels)
}
