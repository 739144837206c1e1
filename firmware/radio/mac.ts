/** LoRaWAN on a node: over-the-air activation, uplinks with their two receive windows, MAC commands, and the law's limits of time.
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 3.3 (windows), 4.3 (frames), 5 (commands), 6.2 (activation); regions by RP002-1.0.3.
 *  A nonce and a counter are saved before the frame that uses them goes out, so that none is used twice whatever the power does.
 *  This is class A; classC.ts hooks itself into the MAC of a node that listens always. Functions over one object, since a method costs a node
 *  six variables for as long as the object lives. */
import { rx1DataRate, type Region } from '../../core/regions/region.ts'
import type { DataFrame } from '../../core/lorawan/frame.ts'
import type { Settings } from '../../core/settings.ts'
import type { Hal } from '../hal/index.ts'
import type * as Link from '../link/result.ts'
import { exchange } from './classA.ts'
import { COUNTER_END } from '../link/session.ts'
import { takeDownlink } from './downlink.ts'
import { bookAirtime, survey } from './duty.ts'
import { ANTENNA_GAIN_DB, modulationOf, save, type MacHost, type MacParts, type OnTime } from './macParts.ts'
import * as S from './macState.ts'
import type { Radio } from './radio.ts'
import { fallBack, roomBytes, sealUplink } from './uplink.ts'

export { join as activate } from './activation.ts'
export { ADR_ACK_DELAY, ADR_ACK_LIMIT } from './uplink.ts'
export { ASK_LINK, ASK_TIME, type MacHost, type OnTime } from './macParts.ts'

/** The MAC of one node, for the functions below. */
export type Mac = MacParts

/** Not `sent`: not joined, busy, no time left in the band, too long, radio without answer; or answers to MAC commands took the payload's place, and then
 *  something can be received all the same. */
export interface SendResult extends Link.SendResult {
  /** The network acknowledged a confirmed uplink. */
  readonly acknowledged?: boolean
  /** What the network said of an uplink that went out with ASK_LINK: dB above the floor, and how many gateways heard it. */
  readonly link?: { readonly marginDb: number; readonly gateways: number }
}

/** An ordinary sample with its header: one that is shorter makes room for answers to MAC commands. */
const PAYLOAD_BYTES_KEPT = 11
/** Repetitions wait for the duty cycle, at the slowest data rates for minutes; a battery is awake meanwhile, and the next sample comes. */
const REPEATS_MS_MAX = 100_000
/** RETRANSMIT_TIMEOUT of RP002, 2.3: 1 to 3 s by chance. */
const RETRANSMIT_MS_MIN = 1_000
const RETRANSMIT_SPREAD_MS = 2_000

/** An uplink on its way. */
interface Uplink {
  readonly frame: Uint8Array
  readonly confirmed: boolean
  readonly done: (result: SendResult) => void
  /** It is not repeated after. */
  readonly byMs: number
  /** Transmissions that are left. */
  left: number
  /** The last one's channel. */
  channel: number
  heard: DataFrame | undefined
}

export function isJoined(mac: Mac): boolean {
  return mac.state.getUint8(S.AT_JOINED) > 0
}

/** Until the law and an open acknowledgement allow the next transmission: 0 is now. */
export function waitMs({ state, region, hal, quietUntilMs }: Mac): number {
  const nowMs = hal.clock.nowMs()
  const law = survey(state, region, !state.getUint8(S.AT_JOINED), nowMs, 0, -1).waitMs
  return Math.max(law, (quietUntilMs || 0) - nowMs)
}

/** Bytes the next uplink should carry: what is left beside the answers to MAC commands that wait, or all where that is too little. */
export function payloadRoomBytes(mac: Mac): number {
  const room = roomBytes(mac)
  const left = room - mac.state.getUint8(S.AT_ANSWERS_BYTES)
  return left < PAYLOAD_BYTES_KEPT ? room : left
}

/** The uplink is over: tells what came of it. */
function finish(mac: Mac, uplink: Uplink, sent: boolean): void {
  const { heard, confirmed, done } = uplink
  mac.busy = false
  if (mac.closed) return
  // Saved at once: a step that a reboot could repeat would be two.
  if (fallBack(mac.state, mac.region)) save(mac)
  const result: { -readonly [Name in keyof SendResult]: SendResult[Name] } = { sent: sent && !mac.alone }
  if (heard && heard.port > 0) result.received = { port: heard.port, payload: heard.payload }
  if (confirmed) result.acknowledged = heard !== undefined && heard.ack
  if (mac.link) result.link = mac.link
  done(result)
}

/** Sends the frame once and listens; then again on another channel until something is heard or NbTrans is reached (4.3.1.3). */
function transmit(mac: Mac, uplink: Uplink): void {
  const { state, region, hal } = mac
  const { frame } = uplink
  const nowMs = hal.clock.nowMs()
  uplink.channel = survey(state, region, false, nowMs, hal.noise(), uplink.channel).channel
  uplink.left--
  const hz = S.channelHz(state, uplink.channel)
  const dataRate = state.getUint8(S.AT_DATA_RATE)
  const up = modulationOf(region, hz, dataRate)!
  bookAirtime(state, region, up, frame.length, nowMs)
  save(mac)
  const dwell = state.getUint8(S.AT_DOWNLINK_DWELL) > 0
  const firstRate = rx1DataRate(region, dataRate, state.getUint8(S.AT_RX1_OFFSET), dwell)
  const firstHz = S.hertzAt(state, S.AT_DOWNLINKS + 3 * uplink.channel) || hz
  const delaySeconds = state.getUint8(S.AT_RX_DELAY_SECONDS)
  exchange(mac, {
    frame,
    up,
    powerDbm: state.getUint8(S.AT_EIRP_DBM) - 2 * state.getUint8(S.AT_POWER_STEPS) - ANTENNA_GAIN_DB,
    delaySeconds,
    rx1: modulationOf(region, firstHz, firstRate),
    rx2: modulationOf(region, state.getUint32(S.AT_RX2_HZ), state.getUint8(S.AT_RX2_DATA_RATE)),
    take: (received, endMs) => {
      uplink.heard = takeDownlink(mac, received, endMs)
      if (!uplink.heard && mac.stray) mac.stray(received.bytes)
      return uplink.heard !== undefined
    },
    done: (endMs) => {
      const { heard, left } = uplink
      if (endMs !== undefined && uplink.confirmed && !(heard && heard.ack))
        mac.quietUntilMs =
          endMs +
          1000 * (delaySeconds + 1) +
          RETRANSMIT_MS_MIN +
          ((hal.noise() >>> 0) % (RETRANSMIT_SPREAD_MS + 1))
      if (endMs === undefined || heard || left <= 0) finish(mac, uplink, endMs !== undefined)
      else repeat(mac, uplink)
    },
  })
}

/** The next transmission of the same frame, when it is allowed. */
function repeat(mac: Mac, uplink: Uplink): void {
  const ms = waitMs(mac)
  const late = mac.hal.clock.nowMs() + ms > uplink.byMs
  if (mac.closed || late) finish(mac, uplink, true)
  else if (ms > 0) mac.hal.clock.setTimer(ms, () => repeat(mac, uplink))
  else if (!mac.radio.start()) finish(mac, uplink, true)
  else transmit(mac, uplink)
}

/** Sends an uplink on `port` (1 to 223; -1 for one without a payload) and listens after each of its transmissions. `done` is called before
 *  `send` returns when nothing is sent. A confirmed one is acknowledged by the network, or by nobody when the network has gone. */
export function send(
  mac: Mac,
  port: number,
  payload: Uint8Array,
  done: (result: SendResult) => void,
  confirmed = false,
): void {
  const { state } = mac
  const spent = state.getUint32(S.AT_COUNTER_UP) === COUNTER_END
  const ready = isJoined(mac) && !mac.busy && !mac.closed && !spent && payload.length <= roomBytes(mac)
  if (!ready || waitMs(mac) > 0 || !mac.radio.start()) return done({ sent: false })
  mac.busy = true
  mac.link = undefined
  const hurried = state.getUint8(S.AT_ACK_DUE) ? mac.answerByMs : undefined
  const byMs = hurried === undefined ? mac.hal.clock.nowMs() + REPEATS_MS_MAX : hurried
  // A network may speak to a device of class C by itself when it knows that its accept was heard: uplinks are confirmed until the first downlink has come.
  const unheard = mac.rest && state.getUint8(S.AT_JOINED) === 1 && state.getUint32(S.AT_COUNTER_DOWN) === 0
  const asked = confirmed || unheard === true
  const frame = sealUplink(mac, port, payload, asked)
  const left = state.getUint8(S.AT_TRANSMISSIONS)
  transmit(mac, { frame, confirmed: asked, done, byMs, left, channel: -1, heard: undefined })
}

/** Gives the MAC up, so that another can be made of what was saved: this one sends nothing any more and calls nobody. */
export function close(mac: Mac): void {
  mac.closed = true
  mac.radio.sleep()
}

/** The MAC of one node, with what it saved last; `onTime` is called for each answer to ASK_TIME. */
export function makeMac(
  hal: Hal,
  radio: Radio,
  region: Region,
  settings: Settings,
  host: MacHost,
  onTime?: OnTime,
): Mac {
  const nowSeconds = Math.floor(hal.clock.nowMs() / 1000)
  const state = S.openState(
    host.load(),
    S.keyMarkOf(hal.aes, settings.appKey),
    region,
    nowSeconds,
    host.personal,
  )
  // Time that began anew with the power counts from here: else each wake would begin the waits of before again, for as long as the node had lived.
  if (nowSeconds < state.getUint32(S.AT_SAVED_SECONDS)) host.save(S.closeState(state, nowSeconds))
  const mac: Mac = { hal, radio, region, settings, host, onTime, state, busy: false, asked: 0 }
  if (host.opened) host.opened(mac)
  return mac
}
