/** One multicast group of a node that listens always: downlinks for many nodes at once, unconfirmed, without MAC commands, under keys and a
 *  counter of their own. Source: LoRaWAN 1.0.4 (TS001-1.0.4), 4.3.1.5 and 15; the fields are those of TS005-2.0.0, 4.3 and 4.5.
 *  The group is one record of bytes, big-endian, that its host keeps in flash. */
import type { Aes } from '../../core/cipher.ts'
import { makeSession, type DataFrame, type Session } from '../../core/lorawan/frame.ts'
import { openNext } from './downlink.ts'

/** Each field begins where the one before it ends; the comment is its width. */
export const AT_GROUP_ADDRESS = 0 // uint32
export const AT_GROUP_KEYS = AT_GROUP_ADDRESS + 4 // McNwkSKey and McAppSKey, 16 bytes each
export const AT_GROUP_HZ = AT_GROUP_KEYS + 32 // uint32
export const AT_GROUP_DATA_RATE = AT_GROUP_HZ + 4 // uint8
/** The next counter to accept, and the first that is too high. */
export const AT_GROUP_NEXT = AT_GROUP_DATA_RATE + 1 // uint32
export const AT_GROUP_END = AT_GROUP_NEXT + 4 // uint32
export const GROUP_BYTES = AT_GROUP_END + 4

export interface Group {
  readonly record: DataView
  readonly session: Session
}

/** `record` holds GROUP_BYTES and stays the group's own. */
export function openGroup(aes: Aes, record: Uint8Array): Group {
  const view = new DataView(record.buffer, record.byteOffset, GROUP_BYTES)
  const keys = record.subarray(AT_GROUP_KEYS, AT_GROUP_KEYS + 32)
  const session = makeSession(
    aes,
    view.getUint32(AT_GROUP_ADDRESS),
    keys.subarray(0, 16),
    keys.subarray(16, 32),
  )
  return { record: view, session }
}

/** A downlink for the group that is whole, was not received before and is what a group may be told: its counter is then spent in the record. */
export function takeGroup({ record, session }: Group, phy: Uint8Array): DataFrame | undefined {
  const frame = openNext(session, record.getUint32(AT_GROUP_NEXT), phy)
  if (!frame || frame.counter >= record.getUint32(AT_GROUP_END)) return undefined
  if (frame.confirmed || frame.ack || frame.adrAckReq || frame.options.length || frame.port <= 0)
    return undefined
  record.setUint32(AT_GROUP_NEXT, frame.counter + 1)
  return frame
}
