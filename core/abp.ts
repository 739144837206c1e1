/** Activation by personalization: the session of a node that never joins, as a technician writes it by cable. A file of its own beside core/settings.ts, since
 *  nearly every node joins and has none. Source: LoRaWAN 1.0.4 (TS001-1.0.4), 6.3.
 *  The record: version (1 byte), DevAddr (4, big-endian), NwkSKey and AppSKey (16 each), CRC-16 over all before it. */
import { crc16 } from './crc16.ts'

export interface AbpSession {
  /** 32 bits. */
  devAddr: number
  /** 16 bytes each. */
  nwkSKey: Uint8Array
  appSKey: Uint8Array
}

export type AbpError = 'short' | 'long' | 'version' | 'crc'

const VERSION = 1
/** DevAddr and keys as they stand in the record, and in the MAC's (firmware/radio/macState.ts). */
export const SESSION_BYTES = 4 + 16 + 16
export const ABP_BYTES = 1 + SESSION_BYTES + 2

export function encodeAbp({ devAddr, nwkSKey, appSKey }: AbpSession): Uint8Array {
  const record = new Uint8Array(ABP_BYTES)
  record[0] = VERSION
  for (let i = 0; i < 4; i++) record[1 + i] = devAddr >>> (24 - 8 * i)
  record.set(nwkSKey, 5)
  record.set(appSKey, 21)
  const end = 1 + SESSION_BYTES
  const crc = crc16(record, 0, end)
  record[end] = crc >> 8
  record[end + 1] = crc
  return record
}

/** Checks a record and answers its DevAddr and keys, 36 bytes. Errors: 'short' and 'long' by length, then 'version', 'crc'. */
export function decodeAbp(record: Uint8Array): Uint8Array | AbpError {
  const end = 1 + SESSION_BYTES
  if (record.length < ABP_BYTES) return 'short'
  if (record.length > ABP_BYTES) return 'long'
  if (record[0] !== VERSION) return 'version'
  return crc16(record, 0, end) === ((record[end]! << 8) | record[end + 1]!) ? record.subarray(1, end) : 'crc'
}
