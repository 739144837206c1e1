/** A change of the settings over the air: what an operator changes in a node's record without walking to it.
 *  The bytes: revision (16 bits, 1 and more, chosen by the gateway), a mask (16 bits: bit i, from the least, is the i-th number of `settingsLayout`), then the
 *  new numbers in the order and the width of the record. EUIs and the key are no numbers: nothing over the air can name them. All big-endian.
 *  The answer: revision (16), outcome (8: 0 taken, else REFUSED_* or 1 more than the place of the first bad number), CRC of the record in force (16). */
import { crc16 } from './crc16.ts'
import { CRC_BYTES, inRange, readNumber, settingsLayout, writeNumber } from './settings.ts'

export const HEAD_BYTES = 4
export const ANSWER_BYTES = 5

/** Outcomes besides 0 and a place. The bytes are no change: too short, too long, revision 0, no field or an unknown one. */
export const REFUSED_SHORT = 255
export const REFUSED_LONG = 254
export const REFUSED_RANGE = 253

export interface Configured {
  readonly revision: number
  readonly outcome: number
  readonly recordCrc: number
}

/** Puts a change into `record` (a good one): outcome 0 when all of it is good; else `record` is not to be used, for the change counts as a whole. */
export function changeRecord(record: Uint8Array, change: Uint8Array): number {
  if (change.length < HEAD_BYTES) return REFUSED_SHORT
  let mask = (change[2]! << 8) | change[3]!
  if (mask === 0 || (change[0]! | change[1]!) === 0) return REFUSED_RANGE
  let at = 1
  let from = HEAD_BYTES
  let place = 0
  let outcome = 0
  for (const row of settingsLayout()) {
    if (row.min !== undefined) {
      if (mask & 1) {
        if (from + row.bytes > change.length) return REFUSED_SHORT
        if (outcome === 0 && !inRange(row, readNumber(change, from, row))) outcome = place + 1
        for (let i = 0; i < row.bytes; i++) record[at + i] = change[from + i]!
        from += row.bytes
      }
      mask >>= 1
      place++
    }
    at += row.bytes
  }
  if (mask !== 0) return REFUSED_RANGE
  if (from < change.length) return REFUSED_LONG
  writeNumber(record, at, CRC_BYTES, crc16(record, 0, at))
  return outcome
}

export function encodeConfigured({ revision, outcome, recordCrc }: Configured): Uint8Array {
  return new Uint8Array([revision >> 8, revision, outcome, recordCrc >> 8, recordCrc])
}
