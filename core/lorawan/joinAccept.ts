/** Join accepts as the network writes them. Apart from join.ts, so that no node carries AES decryption.
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 6.2.3. */
import type { Aes } from '../cipher.ts'
import { aesDecrypt } from './aesDecrypt.ts'
import { FRAME_TYPE, putMic } from './frame.ts'
import {
  CHANNEL_STEP_HZ,
  JOIN_ACCEPT_BYTES,
  JOIN_ACCEPT_BYTES_MAX,
  joinMic,
  type JoinAccept,
} from './join.ts'
import { putLittle } from './little.ts'

/** Seals a join accept: 17 bytes, or 33 with a CFList when `accept.channelHz` names channels. */
export function sealJoinAccept(aes: Aes, appKey: Uint8Array, accept: JoinAccept): Uint8Array {
  const phy = new Uint8Array(accept.channelHz.length ? JOIN_ACCEPT_BYTES_MAX : JOIN_ACCEPT_BYTES)
  phy[0] = FRAME_TYPE.joinAccept << 5
  putLittle(phy, 1, 3, accept.joinNonce)
  putLittle(phy, 4, 3, accept.netId)
  putLittle(phy, 7, 4, accept.devAddr)
  phy[11] = (accept.rx1DrOffset << 4) | accept.rx2DataRate
  phy[12] = accept.rxDelaySeconds
  accept.channelHz.forEach((hz, i) => putLittle(phy, 13 + 3 * i, 3, hz / CHANNEL_STEP_HZ))
  putMic(phy, joinMic(aes, appKey, phy))
  for (let at = 1; at < phy.length; at += 16) aesDecrypt(appKey, phy.subarray(at, at + 16))
  return phy
}
