/** What the device MAC must still know after sleep and after a power cut, as one record of bytes that is used where it lies: on a node a
 *  record of fields costs a tenth of the variables of an object. Big-endian; times are seconds since power-on.
 *  It is saved in parts, each up to its last byte that is not zero, behind a byte that says how many those are; the first part has no such byte. */
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
/** 0, or 1 with a session of a join, or PERSONAL. */
export const AT_JOINED = AT_JOIN_NONCE + 4 // uint8
/** 1 or 0, as the two below. Uplinks, and downlinks, are bound to 400 ms. */
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
/** NbTrans: how often each uplink goes out. */
export const AT_TRANSMISSIONS = AT_CHANNEL_MASK + 2 // uint8
/** Answers to MAC commands that wait for the next uplink. */
export const AT_ANSWERS_BYTES = AT_TRANSMISSIONS + 1 // uint8
export const AT_ANSWERS = AT_ANSWERS_BYTES + 1 // 15 bytes
export const AT_SAVED_SECONDS = AT_ANSWERS + 15 // uint32
/** When each duty band of the region is free again. */
export const AT_BAND_FREE_SECONDS = AT_SAVED_SECONDS + 4 // 6 of uint32
/** When the next join request may go (duty.ts). */
export const AT_JOIN_FREE_SECONDS = AT_BAND_FREE_SECONDS + 24 // uint32
/** A row a channel: its frequency in steps of 100 Hz (uint24), 0 where there is none; then its highest and lowest data rate, 4 bits each. */
export const AT_CHANNELS = AT_JOIN_FREE_SECONDS + 4 // 16 of 4 bytes
/** The multicast group (multicast.ts): its address, 0 when there is none, McKey, and the next counter to accept. It outlives an activation. */
export const AT_GROUP_ADDRESS = AT_CHANNELS + 64 // uint32
export const AT_GROUP_KEY = AT_GROUP_ADDRESS + 4 // 16 bytes
export const AT_GROUP_COUNTER = AT_GROUP_KEY + 16 // uint32
/** Where RX1 listens after an uplink on a channel, in steps of 100 Hz, when that is not the channel itself (DlChannelReq). */
export const AT_DOWNLINKS = AT_GROUP_COUNTER + 4 // 16 of uint24
const STATE_BYTES = AT_DOWNLINKS + 48
/** Where the parts begin that are saved without the zeros at their ends. */
const PARTS_AT = [
  AT_ANSWERS,
  AT_SAVED_SECONDS,
  AT_JOIN_FREE_SECONDS,
  AT_GROUP_ADDRESS,
  AT_DOWNLINKS,
  STATE_BYTES,
]

export const CHANNELS_MAX = 16
export const ANSWERS_BYTES_MAX = 15
const STATE_VERSION = 3
/** A session that a technician wrote (core/abp.ts): it has no end, and its counters go on for ever (LoRaWAN 1.0.4, 4.3.1.5). All up to AT_RX1_OFFSET, behind
 *  them, stands where it stood in every version. */
export const PERSONAL = 2

/** What tells one AppKey from another without giving it away. */
export function keyMarkOf(aes: Aes, appKey: Uint8Array): number {
  const block = new Uint8Array(16)
  aes(appKey)(block)
  return new DataView(block.buffer).getUint32(0)
}

/** The frequency in Hz that stands at `at`, and how it gets there. */
export function hertzAt(state: DataView, at: number): number {
  return 100 * ((state.getUint16(at) << 8) | state.getUint8(at + 2))
}

export function putHertz(state: DataView, at: number, hz: number): void {
  const steps = hz / 100
  state.setUint16(at, steps >> 8)
  state.setUint8(at + 2, steps & 0xff)
}

export function channelHz(state: DataView, index: number): number {
  return hertzAt(state, AT_CHANNELS + 4 * index)
}

/** Sets a channel, or with frequency 0 removes it; it is used from now on or not at all, and RX1 is where it is. `rates` is the highest data
 *  rate times 16 and the lowest. */
export function setChannel(state: DataView, index: number, hz: number, rates: number): void {
  const mask = state.getUint16(AT_CHANNEL_MASK)
  putHertz(state, AT_CHANNELS + 4 * index, hz)
  state.setUint8(AT_CHANNELS + 4 * index + 3, rates)
  putHertz(state, AT_DOWNLINKS + 3 * index, 0)
  state.setUint16(AT_CHANNEL_MASK, hz ? mask | (1 << index) : mask & ~(1 << index))
}

/** The channels of `mask` that exist and carry `dataRate`; without one, all that exist. */
export function channelsFor(state: DataView, mask: number, dataRate?: number): number {
  let found = 0
  for (let i = 0; i < CHANNELS_MAX; i++) {
    const rates = state.getUint8(AT_CHANNELS + 4 * i + 3)
    const carries = dataRate === undefined || (dataRate >= (rates & 15) && dataRate <= rates >> 4)
    if (mask & (1 << i) && channelHz(state, i) && carries) found |= 1 << i
  }
  return found
}

/** What an activation begins with, beside its session: the region's own channels and limits. */
export function resetLink(state: DataView, region: Region): void {
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
  state.setUint8(AT_UPLINK_DWELL, region.dwellDefault ? 1 : 0)
  state.setUint8(AT_DOWNLINK_DWELL, region.dwellDefault ? 1 : 0)
  state.setUint8(AT_ACK_DUE, 0)
  state.setUint8(AT_TRANSMISSIONS, 1)
  for (let i = 0; i < CHANNELS_MAX; i++) {
    const hz = region.channelsHz[i] || 0
    setChannel(state, i, hz, hz && region.uplinkDataRateMax << 4)
  }
}

/** Puts what was saved into its places. What is not of this version goes no further than its first part. */
function unpack(saved: Uint8Array, bytes: Uint8Array): void {
  const first = PARTS_AT[0]!
  bytes.set(saved.subarray(0, Math.min(saved.length, first)))
  let from = first
  for (let part = 0; saved[AT_VERSION] === STATE_VERSION && from < saved.length; part++) {
    const length = saved[from++]!
    if (length > 0) bytes.set(saved.subarray(from, from + length), PARTS_AT[part])
    from += length
  }
}

/** The state of a node that wakes at `nowSeconds`: what was saved under the same AppKey, or a new one. `personal` is the session that a technician wrote, DevAddr and
 *  keys; where Storage has lost it, the saved one goes on. With other keys it begins anew. */
export function openState(
  saved: Uint8Array | undefined,
  keyMark: number,
  region: Region,
  nowSeconds: number,
  personal?: Uint8Array,
): DataView {
  const bytes = new Uint8Array(STATE_BYTES)
  const state = new DataView(bytes.buffer)
  if (saved) unpack(saved, bytes)
  const known = state.getUint32(AT_KEY_MARK) === keyMark
  // A technician who writes another AppKey and no session wants a node that joins. The same session under another AppKey has used its counters.
  const stays = bytes[AT_JOINED] === PERSONAL && (known || personal) ? AT_RX1_OFFSET : AT_JOINED
  if (!known) bytes.fill(0, 0, AT_JOINED)
  // The nonces stand where they stood in every version, and stay used.
  if (bytes[AT_VERSION] !== STATE_VERSION) bytes.fill(0, stays)
  state.setUint8(AT_VERSION, STATE_VERSION)
  state.setUint32(AT_KEY_MARK, keyMark)
  // A new node; or a bundle of another version or for another region is on it now, so its session and channels are over.
  const foreign = channelHz(state, 0) !== region.channelsHz[0]
  const old = bytes.subarray(AT_DEV_ADDR, AT_COUNTER_UP)
  const begins = personal && (bytes[AT_JOINED] !== PERSONAL || old.join() !== personal.join())
  if (begins) {
    old.set(personal)
    bytes.fill(0, AT_COUNTER_UP, AT_RX1_OFFSET)
    bytes[AT_JOINED] = PERSONAL
  } else if (foreign && bytes[AT_JOINED] !== PERSONAL) bytes[AT_JOINED] = 0
  if (foreign || begins) resetLink(state, region)
  const savedSeconds = state.getUint32(AT_SAVED_SECONDS)
  // Time that runs backwards began anew with the power: how long that was off is unknown, so all of the wait is kept.
  if (nowSeconds < savedSeconds) {
    for (let at = AT_BAND_FREE_SECONDS; at < AT_JOIN_FREE_SECONDS; at += 4) {
      const leftSeconds = state.getUint32(at) - savedSeconds
      state.setUint32(at, leftSeconds > 0 ? nowSeconds + leftSeconds : 0)
    }
    // The limit on joins counts from power-on, and somebody may stand beside the node.
    state.setUint32(AT_JOIN_FREE_SECONDS, 0)
  }
  return state
}

/** The bytes to save. */
export function closeState(state: DataView, nowSeconds: number): Uint8Array {
  state.setUint32(AT_SAVED_SECONDS, nowSeconds)
  const bytes = new Uint8Array(state.buffer)
  const saved = new Uint8Array(STATE_BYTES + PARTS_AT.length - 1)
  let to = PARTS_AT[0]!
  saved.set(bytes.subarray(0, to))
  for (let part = 1; part < PARTS_AT.length; part++) {
    const from = PARTS_AT[part - 1]!
    let end = PARTS_AT[part]!
    while (end > from && bytes[end - 1] === 0) end--
    saved[to++] = end - from
    if (end > from) saved.set(bytes.subarray(from, end), to)
    to += end - from
  }
  return saved.subarray(0, to)
}
