/** Keys of a multicast group, on the node and in the gateway alike.
 *  Source: LoRaWAN Remote Multicast Setup (TS005-2.0.0), 4.1: McAppSKey and McNwkSKey of the group's McKey and its address. */
import type { Aes } from '../cipher.ts'
import { makeSession, type Session } from './frame.ts'
import { putLittle } from './little.ts'

const APPLICATION_KEY = 1
const NETWORK_KEY = 2

/** The group's session; `key` is McKey, 16 bytes, `address` McAddr, uint32. */
export function groupSession(aes: Aes, key: Uint8Array, address: number): Session {
  const cipher = aes(key)
  const appSKey = new Uint8Array(16)
  putLittle(appSKey, 1, 4, address)
  const nwkSKey = new Uint8Array(appSKey)
  appSKey[0] = APPLICATION_KEY
  nwkSKey[0] = NETWORK_KEY
  cipher(appSKey)
  cipher(nwkSKey)
  return makeSession(aes, address, nwkSKey, appSKey)
}
