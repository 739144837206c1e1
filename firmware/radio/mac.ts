/** LoRaWAN class A on a node: over-the-air activation, uplinks with their two receive windows, MAC commands, and the law's limits of time.
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 3.3 (windows), 4.3 (frames), 5 (commands), 6.2 (activation); regions by RP002-1.0.3.
 *  A nonce and a counter are saved before the frame that uses them goes out, so that none is used twice whatever the power does.
 *  Uplinks are unconfirmed: the application acknowledges what it has stored. */
import { CID, decodeDeviceTimeAns } from '../../core/lorawan/commands.ts'
import { sealData, type DataFrame } from '../../core/lorawan/frame.ts'
import { payloadBytesMax, rx1DataRate, type Region } from '../../core/regions/region.ts'
import type { Settings } from '../../core/settings.ts'
import type { Hal } from '../hal/index.ts'
import type { SendResult } from '../link/result.ts'
import { COUNTER_END, nextCounter, openDownlink, sessionOf } from '../link/session.ts'
import { join } from './activation.ts'
import { exchange } from './classA.ts'
import { bookAirtime, survey } from './duty.ts'
import { dataRateMin, definedChannels, keepRepeated, obey } from './macCommands.ts'
import { ANTENNA_GAIN_DB, modulationOf, save, type MacHost, type MacParts, type OnTime } from './macParts.ts'
import * as S from './macState.ts'
import type { Radio, Received } from './radio.ts'

export type { MacHost, OnTime } from './macParts.ts'

export type { SendResult } from '../link/result.ts'

export interface Mac {
  joined(): boolean
  /** One attempt; `done` gets whether the network accepted. The caller repeats with growing pauses. A node may join again while joined. */
  join(done: (joined: boolean) => void): void
  /** Bytes the next uplink can carry, after the answers to MAC commands that wait. */
  payloadBytesMax(): number
  /** Until the law allows the next transmission: 0 is now. */
  waitMs(): number
  /** Sends one unconfirmed uplink on `port` (1 to 223) and listens twice. `done` is called before `send` returns when nothing is sent. */
  send(port: number, payload: Uint8Array, done: (result: SendResult) => void): void
  /** Asks the network for the time beside the next uplink that has a byte to spare. */
  askTime(): void
}

/** Uplinks without any downlink until the network is asked for one, and then until the node falls back (4.3.1.1). */
export const ADR_ACK_LIMIT = 64
export const ADR_ACK_DELAY = 32
/** An ordinary sample with its header: answers to MAC commands never take its place. */
const PAYLOAD_BYTES_KEPT = 11

/** Does what a downlink says. Everything it changed is saved before anybody hears of it. */
function takeDownlink(mac: MacParts, received: Received, endMs: number): DataFrame | undefined {
  const { state } = mac
  const frame = openDownlink(mac, received.bytes)
  if (!frame) return undefined
  state.setUint16(S.AT_SILENT, 0)
  state.setUint8(S.AT_ANSWERS_BYTES, 0)
  state.setUint8(S.AT_ACK_DUE, frame.confirmed ? 1 : 0)
  const commands = frame.port === 0 ? frame.payload : frame.options
  const time = obey(state, mac.region, commands, received.snrQuarterDb)
  save(mac)
  if (time && mac.timeAsked) {
    const answer = decodeDeviceTimeAns(time)
    mac.timeAsked = false
    mac.onTime(answer.unixSeconds, endMs - answer.milliseconds)
  }
  return frame
}

/** After long silence: full power, then step by step slower, then every channel. Nothing is saved, since it follows from what is. */
function fallBack(state: DataView, region: Region): void {
  const over = state.getUint16(S.AT_SILENT) - ADR_ACK_LIMIT
  if (over < ADR_ACK_DELAY || over % ADR_ACK_DELAY) return
  const dataRate = state.getUint8(S.AT_DATA_RATE)
  if (state.getUint8(S.AT_POWER_STEPS)) state.setUint8(S.AT_POWER_STEPS, 0)
  else if (dataRate > dataRateMin(state, region)) state.setUint8(S.AT_DATA_RATE, dataRate - 1)
  else state.setUint16(S.AT_CHANNEL_MASK, definedChannels(state))
}

/** Bytes of an uplink, before answers to MAC commands. */
function roomBytes(mac: MacParts): number {
  const dwell = mac.state.getUint8(S.AT_UPLINK_DWELL) > 0
  return payloadBytesMax(mac.region, mac.state.getUint8(S.AT_DATA_RATE), dwell)
}

/** What goes beside a payload that leaves `spare` bytes: the answers that wait, all or none, then the question for the time. */
function takeOptions(mac: MacParts, spare: number): Uint8Array {
  const { state } = mac
  // No view of 0 bytes by its constructor: Espruino takes that length for all the rest of the buffer.
  const room = new Uint8Array(state.buffer, S.AT_ANSWERS, S.ANSWERS_BYTES_MAX)
  const answers = new Uint8Array(room.subarray(0, state.getUint8(S.AT_ANSWERS_BYTES)))
  const count = answers.length > spare ? 0 : answers.length
  const asks = mac.timeAsked && count < spare && count < S.ANSWERS_BYTES_MAX
  const options = new Uint8Array(count + (asks ? 1 : 0))
  if (count) {
    options.set(answers)
    keepRepeated(state, answers)
  }
  if (asks) options[count] = CID.deviceTime
  return options
}

/** The next uplink, sealed; its counter is spent. */
function sealUplink(mac: MacParts, port: number, payload: Uint8Array): Uint8Array {
  const { state } = mac
  const session = sessionOf(mac)
  const silent = state.getUint16(S.AT_SILENT)
  const frame = sealData(session, {
    confirmed: false,
    downlink: false,
    devAddr: session.devAddr,
    adr: true,
    adrAckReq: silent >= ADR_ACK_LIMIT && state.getUint8(S.AT_DATA_RATE) > dataRateMin(state, mac.region),
    ack: state.getUint8(S.AT_ACK_DUE) > 0,
    pending: false,
    counter: nextCounter(mac),
    options: takeOptions(mac, roomBytes(mac) - payload.length),
    port,
    payload,
  })
  state.setUint8(S.AT_ACK_DUE, 0)
  state.setUint16(S.AT_SILENT, Math.min(silent + 1, 0xffff))
  return frame
}

function send(mac: MacParts, port: number, payload: Uint8Array, done: (result: SendResult) => void): void {
  const { state, region, hal } = mac
  const { hz } = survey(state, region, false, hal.clock.nowMs(), hal.noise())
  const spent = state.getUint32(S.AT_COUNTER_UP) === COUNTER_END
  const ready = state.getUint8(S.AT_JOINED) && !mac.busy && hz && !spent && payload.length <= roomBytes(mac)
  if (!ready || !mac.radio.start()) return done({ sent: false })
  mac.busy = true
  const dataRate = state.getUint8(S.AT_DATA_RATE)
  const up = modulationOf(region, hz, dataRate)!
  const frame = sealUplink(mac, port, payload)
  bookAirtime(state, region, up, frame.length, hal.clock.nowMs())
  save(mac)
  const dwell = state.getUint8(S.AT_DOWNLINK_DWELL) > 0
  const firstRate = rx1DataRate(region, dataRate, state.getUint8(S.AT_RX1_OFFSET), dwell)
  let heard: DataFrame | undefined
  exchange(hal, mac.radio, {
    frame,
    up,
    powerDbm: state.getUint8(S.AT_EIRP_DBM) - 2 * state.getUint8(S.AT_POWER_STEPS) - ANTENNA_GAIN_DB,
    delaySeconds: state.getUint8(S.AT_RX_DELAY_SECONDS),
    rx1: modulationOf(region, hz, firstRate),
    rx2: modulationOf(region, state.getUint32(S.AT_RX2_HZ), state.getUint8(S.AT_RX2_DATA_RATE)),
    take: (received, endMs) => (heard = takeDownlink(mac, received, endMs)) !== undefined,
    done: (sent) => {
      mac.busy = false
      fallBack(state, region)
      done(
        heard && heard.port > 0 ? { sent, received: { port: heard.port, payload: heard.payload } } : { sent },
      )
    },
  })
}

/** The MAC of one node, with what it saved last; `onTime` is called for each answer to `askTime`. */
export function makeMac(
  hal: Hal,
  radio: Radio,
  region: Region,
  settings: Settings,
  host: MacHost,
  onTime: OnTime,
): Mac {
  const nowSeconds = Math.floor(hal.clock.nowMs() / 1000)
  const state = S.openState(host.load(), S.keyMarkOf(hal.aes, settings.appKey), region, nowSeconds)
  // Time that began anew with the power counts from here: else each wake would begin the waits of before again, for as long as the node had lived.
  if (nowSeconds < state.getUint32(S.AT_SAVED_SECONDS)) host.save(S.closeState(state, nowSeconds))
  const mac: MacParts = {
    hal,
    radio,
    region,
    settings,
    host,
    onTime,
    state,
    session: undefined,
    busy: false,
    timeAsked: false,
  }
  fallBack(state, region)
  return {
    joined: () => state.getUint8(S.AT_JOINED) > 0,
    join: (done) => join(mac, done),
    payloadBytesMax: () => {
      const room = roomBytes(mac)
      const left = room - state.getUint8(S.AT_ANSWERS_BYTES)
      return left < PAYLOAD_BYTES_KEPT ? room : left
    },
    waitMs: () => survey(state, region, !state.getUint8(S.AT_JOINED), hal.clock.nowMs(), 0).waitMs,
    send: (port, payload, done) => send(mac, port, payload, done),
    askTime: () => {
      mac.timeAsked = true
    },
  }
}
