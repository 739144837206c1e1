/** Over-the-air activation as a node sees it, and what both sides compute: join request, join accept, session keys.
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 6.2. EUIs are 8 bytes as printed (big-endian); the air carries them turned round. */
import type { Aes } from '../cipher.ts'
import { cmac, makeCmac } from './cmac.ts'
import { FRAME_TYPE, frameFault, MIC_BYTES, micEquals, putMic, type FrameError } from './frame.ts'
import { getLittle, putLittle } from './little.ts'

export interface JoinRequest {
  joinEui: Uint8Array
  devEui: Uint8Array
  /** 16 bits, counted up for every request. */
  devNonce: number
}

export interface JoinAccept {
  /** 24 bits, counted up for every accept. */
  joinNonce: number
  /** 24 bits */
  netId: number
  /** uint32 */
  devAddr: number
  rx1DrOffset: number
  rx2DataRate: number
  /** 1 to 15 */
  rxDelaySeconds: number
  /** Channels besides the region's own (CFList of type 0): 0 to 5; a 0 keeps a place empty. */
  channelHz: number[]
}

export const JOIN_REQUEST_BYTES = 23
export const JOIN_ACCEPT_BYTES = 17
/** With a CFList. */
export const JOIN_ACCEPT_BYTES_MAX = 33
const CHANNELS_MAX = 5
/** A CFList writes frequencies in steps of 100 Hz. */
export const CHANNEL_STEP_HZ = 100

/** The code of `phy` without its last four bytes, under the AppKey. */
export function joinMic(aes: Aes, appKey: Uint8Array, phy: Uint8Array): Uint8Array {
  const code = new Uint8Array(16)
  cmac(makeCmac(aes(appKey)), phy, phy.length - MIC_BYTES, code)
  return code
}

export function sealJoinRequest(aes: Aes, appKey: Uint8Array, request: JoinRequest): Uint8Array {
  const phy = new Uint8Array(JOIN_REQUEST_BYTES)
  phy[0] = FRAME_TYPE.joinRequest << 5
  for (let i = 0; i < 8; i++) {
    phy[1 + i] = request.joinEui[7 - i]!
    phy[9 + i] = request.devEui[7 - i]!
  }
  putLittle(phy, 17, 2, request.devNonce)
  putMic(phy, joinMic(aes, appKey, phy))
  return phy
}

/** Reads a join request; nothing is proved until `verifyJoinRequest`. Errors: 'short', 'long', 'version', 'type', 'lorawan11'. */
export function parseJoinRequest(phy: Uint8Array): JoinRequest | FrameError {
  const fault = frameFault(phy, JOIN_REQUEST_BYTES, JOIN_REQUEST_BYTES)
  if (fault) return fault
  if (phy[0]! >> 5 !== FRAME_TYPE.joinRequest) return 'type'
  const joinEui = new Uint8Array(8)
  const devEui = new Uint8Array(8)
  for (let i = 0; i < 8; i++) {
    joinEui[i] = phy[8 - i]!
    devEui[i] = phy[16 - i]!
  }
  return { joinEui, devEui, devNonce: getLittle(phy, 17, 2) }
}

/** True when a join request that `parseJoinRequest` could read was sealed with `appKey`. */
export function verifyJoinRequest(aes: Aes, appKey: Uint8Array, phy: Uint8Array): boolean {
  return micEquals(phy, joinMic(aes, appKey, phy))
}

/** Opens and checks a join accept. The network encrypts it by AES decryption, so that a node needs encryption only (6.2.3).
 *  Errors: 'short', 'long', 'version', 'type', 'mic', and 'lorawan11' when it reads as an accept of 1.1 (OptNeg set, reserved bits clear). */
export function openJoinAccept(aes: Aes, appKey: Uint8Array, phy: Uint8Array): JoinAccept | FrameError {
  const fault = frameFault(phy, JOIN_ACCEPT_BYTES, JOIN_ACCEPT_BYTES_MAX)
  if (fault) return fault
  if (phy[0]! >> 5 !== FRAME_TYPE.joinAccept) return 'type'
  if (phy.length !== JOIN_ACCEPT_BYTES && phy.length !== JOIN_ACCEPT_BYTES_MAX) return 'short'
  const cipher = aes(appKey)
  const plain = new Uint8Array(phy)
  for (let at = 1; at < plain.length; at += 16) cipher(plain.subarray(at, at + 16))
  const settings = plain[11]!
  const delay = plain[12]!
  if (!micEquals(plain, joinMic(aes, appKey, plain)))
    return settings & 0x80 && delay < 16 ? 'lorawan11' : 'mic'
  const channelHz: number[] = []
  // A CFList of another type is for regions with fixed channels and adds none.
  const channels = plain.length < JOIN_ACCEPT_BYTES_MAX || plain[28] ? 0 : CHANNELS_MAX
  for (let i = 0; i < channels; i++) channelHz.push(CHANNEL_STEP_HZ * getLittle(plain, 13 + 3 * i, 3))
  while (channelHz.length && !channelHz[channelHz.length - 1]) channelHz.pop()
  return {
    joinNonce: getLittle(plain, 1, 3),
    netId: getLittle(plain, 4, 3),
    devAddr: getLittle(plain, 7, 4),
    rx1DrOffset: (settings >> 4) & 7,
    rx2DataRate: settings & 15,
    rxDelaySeconds: delay & 15 || 1,
    channelHz,
  }
}

export interface SessionKeys {
  nwkSKey: Uint8Array
  appSKey: Uint8Array
}

/** Both session keys from the nonces of one activation, 6.2.3. */
export function deriveSessionKeys(
  aes: Aes,
  appKey: Uint8Array,
  joinNonce: number,
  netId: number,
  devNonce: number,
): SessionKeys {
  const cipher = aes(appKey)
  const nwkSKey = new Uint8Array(16)
  nwkSKey[0] = 1
  putLittle(nwkSKey, 1, 3, joinNonce)
  putLittle(nwkSKey, 4, 3, netId)
  putLittle(nwkSKey, 7, 2, devNonce)
  const appSKey = new Uint8Array(nwkSKey)
  appSKey[0] = 2
  cipher(nwkSKey)
  cipher(appSKey)
  return { nwkSKey, appSKey }
}
