/** What comes down to a node: opened, counted, obeyed, saved. Source: LoRaWAN 1.0.4 (TS001-1.0.4), 4.3 and 4.4. */
import { CID, decodeDeviceTimeAns, decodeLinkCheckAns } from '../../core/lorawan/commands.ts'
import {
  extendCounter,
  makeSession,
  openData,
  parseData,
  type DataFrame,
  type Session,
} from '../../core/lorawan/frame.ts'
import { obey } from './macCommands.ts'
import { ASK_LINK, ASK_TIME, save, type MacParts } from './macParts.ts'
import * as S from './macState.ts'
import type { Received } from './radio.ts'

/** A value that is never used: behind it the counters would begin again. */
export const COUNTER_END = 0xffffffff

/** The keys of this activation, ready for use. */
export function sessionOf(mac: MacParts): Session {
  const { state } = mac
  if (!mac.session) {
    const keys = new Uint8Array(state.buffer, S.AT_KEYS, 32)
    const devAddr = state.getUint32(S.AT_DEV_ADDR)
    mac.session = makeSession(mac.hal.aes, devAddr, keys.subarray(0, 16), keys.subarray(16))
  }
  return mac.session
}

/** A downlink of `session` that is whole and was not received before: its counter is `next` or up to 65,535 more. */
export function openNext(session: Session, next: number, phy: Uint8Array): DataFrame | undefined {
  const header = parseData(phy)
  if (typeof header === 'string' || !header.downlink || header.devAddr !== session.devAddr) return undefined
  const counter = extendCounter(header.counter, next)
  if (counter >= COUNTER_END) return undefined
  const frame = openData(session, phy, counter)
  return typeof frame === 'string' ? undefined : frame
}

/** A downlink that was for this node; its counter is then spent. */
export function openDownlink(mac: MacParts, phy: Uint8Array): DataFrame | undefined {
  const frame = openNext(sessionOf(mac), mac.state.getUint32(S.AT_COUNTER_DOWN), phy)
  if (frame) mac.state.setUint32(S.AT_COUNTER_DOWN, frame.counter + 1)
  return frame
}

/** Does what a downlink in a class A window says. Everything it changed is saved before anybody hears of it. */
export function takeDownlink(mac: MacParts, received: Received, endMs: number): DataFrame | undefined {
  const { state } = mac
  const frame = openDownlink(mac, received.bytes)
  if (!frame) return undefined
  state.setUint16(S.AT_SILENT, 0)
  state.setUint8(S.AT_ANSWERS_BYTES, 0)
  state.setUint8(S.AT_ACK_DUE, frame.confirmed ? 1 : 0)
  const commands = frame.port === 0 ? frame.payload : frame.options
  const answers = obey(state, mac.region, commands, received.snrQuarterDb, mac.host.battery)
  save(mac)
  for (let i = 0; i < answers.length; i++) {
    const { cid, payload } = answers[i]!
    const asked = cid === CID.deviceTime ? ASK_TIME : ASK_LINK
    if (!(mac.asked & asked)) continue
    mac.asked -= asked
    if (asked === ASK_LINK) mac.link = decodeLinkCheckAns(payload)
    else if (mac.onTime) {
      const answer = decodeDeviceTimeAns(payload)
      mac.onTime(answer.unixSeconds, endMs - answer.milliseconds)
    }
  }
  return frame
}
