/** A node's activation, whatever the link carries its frames: nonces, keys and counters in the MAC's record (radio/macState.ts).
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 4.3.1.5 (counters) and 6.2 (activation).
 *  One record for every link: a board that changes from one to the other keeps its AppKey, and with it the nonces that are used up. What counts here
 *  counts in the record; its owner saves that before a frame goes out, and before anybody hears of one that came in. */
import {
  extendCounter,
  makeSession,
  openData,
  parseData,
  type DataFrame,
  type Session,
} from '../../core/lorawan/frame.ts'
import {
  deriveSessionKeys,
  openJoinAccept,
  sealJoinRequest,
  type JoinAccept,
} from '../../core/lorawan/join.ts'
import { decodeAbp } from '../../core/abp.ts'
import type { Settings } from '../../core/settings.ts'
import type { Hal } from '../hal/index.ts'
import * as S from '../radio/macState.ts'

/** A value that is never used: behind it the nonces would begin again. */
const DEV_NONCE_END = 0xffff
/** A value that is never used: behind it the counters would begin again. */
export const COUNTER_END = 0xffffffff

/** What the functions below work on: the node's MAC, or another link's state. */
export interface Activation {
  readonly hal: Pick<Hal, 'aes' | 'log'>
  readonly settings: Settings
  readonly state: DataView
  /** Made from the saved keys when first needed. */
  session?: Session | undefined
}

/** The DevNonce that `sealJoin` will use; undefined when all are used. */
export function nextDevNonce({ state }: Activation): number | undefined {
  const devNonce = state.getUint16(S.AT_DEV_NONCE)
  return devNonce === DEV_NONCE_END ? undefined : devNonce
}

/** A join request with the next DevNonce, which is then spent. */
export function sealJoin({ hal, settings, state }: Activation): Uint8Array {
  const devNonce = state.getUint16(S.AT_DEV_NONCE)
  const { joinEui, devEui, appKey } = settings
  state.setUint16(S.AT_DEV_NONCE, devNonce + 1)
  return sealJoinRequest(hal.aes, appKey, { joinEui, devEui, devNonce })
}

/** Reads an accept of this node's last join request; undefined for what is none, or an old one played back, which the cable is told. Nothing is changed yet. */
export function readAccept({ hal, settings, state }: Activation, phy: Uint8Array): JoinAccept | undefined {
  const accept = openJoinAccept(hal.aes, settings.appKey, phy)
  if (typeof accept !== 'string' && accept.joinNonce >= state.getUint32(S.AT_JOIN_NONCE)) return accept
  hal.log('accept refused')
  return undefined
}

/** The session that a technician wrote for a node that never joins: DevAddr and keys. A record that is bad counts for nothing, and says so at the cable. */
export function personalSession(hal: Hal): Uint8Array | undefined {
  const record = hal.settings('abp')
  const session = record && decodeAbp(record)
  if (typeof session !== 'string') return session
  hal.log('abp ' + session)
  return undefined
}

/** Begins the session of an accept: its keys, its address and its counters. */
export function beginSession(activation: Activation, accept: JoinAccept, devNonce: number): void {
  const { hal, settings, state } = activation
  const { joinNonce, netId, devAddr } = accept
  const { nwkSKey, appSKey } = deriveSessionKeys(hal.aes, settings.appKey, joinNonce, netId, devNonce)
  const keys = new Uint8Array(state.buffer, S.AT_KEYS, 32)
  keys.set(nwkSKey)
  keys.set(appSKey, 16)
  state.setUint32(S.AT_JOIN_NONCE, joinNonce + 1)
  state.setUint32(S.AT_DEV_ADDR, devAddr)
  state.setUint32(S.AT_COUNTER_UP, 0)
  state.setUint32(S.AT_COUNTER_DOWN, 0)
  state.setUint8(S.AT_JOINED, 1)
  activation.session = undefined
}

/** The keys of this activation, ready for use. */
export function sessionOf(activation: Activation): Session {
  const { state } = activation
  if (!activation.session) {
    const keys = new Uint8Array(state.buffer, S.AT_KEYS, 32)
    const devAddr = state.getUint32(S.AT_DEV_ADDR)
    activation.session = makeSession(activation.hal.aes, devAddr, keys.subarray(0, 16), keys.subarray(16))
  }
  return activation.session
}

/** The counter of the next uplink, which is then spent. */
export function nextCounter({ state }: Activation): number {
  const counter = state.getUint32(S.AT_COUNTER_UP)
  state.setUint32(S.AT_COUNTER_UP, counter + 1)
  return counter
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
export function openDownlink(activation: Activation, phy: Uint8Array): DataFrame | undefined {
  const { state } = activation
  const frame = openNext(sessionOf(activation), state.getUint32(S.AT_COUNTER_DOWN), phy)
  if (frame) state.setUint32(S.AT_COUNTER_DOWN, frame.counter + 1)
  return frame
}
