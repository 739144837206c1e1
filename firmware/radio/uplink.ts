/** A node's uplink before it goes out: how much it can carry, what goes beside the payload, and its seal; and how a node that hears nothing
 *  becomes louder and slower. Source: LoRaWAN 1.0.4 (TS001-1.0.4), 4.3 and 5; ADR's backoff 4.3.1.1. */
import { CID, commandBytes } from '../../core/lorawan/commands.ts'
import { sealData } from '../../core/lorawan/frame.ts'
import { payloadBytesMax, type Region } from '../../core/regions/region.ts'
import { nextCounter, sessionOf } from '../link/session.ts'
import { dataRateMin, keepRepeated } from './macCommands.ts'
import { ASK_LINK, ASK_TIME, type MacParts } from './macParts.ts'
import * as S from './macState.ts'

/** Uplinks without any downlink until the network is asked for one, and then until the node falls back (4.3.1.1). */
export const ADR_ACK_LIMIT = 64
export const ADR_ACK_DELAY = 32

/** After long silence: full power, then step by step slower, then every channel of the region and each uplink once (4.3.1.1, table 9).
 *  True when it was time for a step. */
export function fallBack(state: DataView, region: Region): boolean {
  const over = state.getUint16(S.AT_SILENT) - ADR_ACK_LIMIT
  if (over < ADR_ACK_DELAY || over % ADR_ACK_DELAY) return false
  state.setUint8(S.AT_POWER_STEPS, 0)
  if (over === ADR_ACK_DELAY) return true
  const dataRate = state.getUint8(S.AT_DATA_RATE)
  if (dataRate > dataRateMin(state, region)) state.setUint8(S.AT_DATA_RATE, dataRate - 1)
  else {
    const own = (1 << region.channelsHz.length) - 1
    state.setUint16(S.AT_CHANNEL_MASK, state.getUint16(S.AT_CHANNEL_MASK) | own)
    state.setUint8(S.AT_TRANSMISSIONS, 1)
  }
  return true
}

/** Bytes of an uplink, before answers to MAC commands. */
export function roomBytes(mac: MacParts): number {
  const dwell = mac.state.getUint8(S.AT_UPLINK_DWELL) > 0
  return payloadBytesMax(mac.region, mac.state.getUint8(S.AT_DATA_RATE), dwell)
}

/** What goes into `spare` bytes: the answers that wait, then questions. Answers come first and all of them or none (5, table 15); only when
 *  nothing else is said and `spare` is still too little, those that fit. */
function takeOptions(mac: MacParts, spare: number): Uint8Array {
  const { state } = mac
  // No view of 0 bytes by its constructor: Espruino takes that length for all the rest of the buffer.
  const room = new Uint8Array(state.buffer, S.AT_ANSWERS, S.ANSWERS_BYTES_MAX)
  const answers = new Uint8Array(room.subarray(0, state.getUint8(S.AT_ANSWERS_BYTES)))
  const options = new Uint8Array(S.ANSWERS_BYTES_MAX)
  let end = 0
  if (mac.alone || answers.length <= spare) {
    while (end < answers.length) {
      const next = end + 1 + commandBytes(answers[end]!, false)
      if (next > spare) break
      end = next
    }
    options.set(answers.subarray(0, end))
    keepRepeated(state, answers)
  }
  const space = Math.min(spare, S.ANSWERS_BYTES_MAX)
  if (mac.asked & ASK_LINK && end < space) options[end++] = CID.linkCheck
  if (mac.asked & ASK_TIME && end < space) options[end++] = CID.deviceTime
  return options.subarray(0, end)
}

/** The next uplink, sealed; its counter is spent. Where answers to MAC commands leave no room for the payload they go alone, and the payload
 *  comes before them the next time: some answers are repeated for as long as nothing is heard. */
export function sealUplink(mac: MacParts, port: number, payload: Uint8Array, confirmed: boolean): Uint8Array {
  const { state } = mac
  const room = roomBytes(mac)
  const silent = state.getUint16(S.AT_SILENT)
  mac.alone = !mac.alone && state.getUint8(S.AT_ANSWERS_BYTES) > room - payload.length
  const said = mac.alone ? payload.subarray(0, 0) : payload
  const session = sessionOf(mac)
  const frame = sealData(session, {
    confirmed,
    downlink: false,
    devAddr: session.devAddr,
    adr: true,
    adrAckReq: silent >= ADR_ACK_LIMIT,
    ack: state.getUint8(S.AT_ACK_DUE) > 0,
    pending: false,
    counter: nextCounter(mac),
    options: takeOptions(mac, room - said.length),
    port: mac.alone ? -1 : port,
    payload: said,
  })
  state.setUint8(S.AT_ACK_DUE, 0)
  state.setUint16(S.AT_SILENT, Math.min(silent + 1, 0xffff))
  return frame
}
