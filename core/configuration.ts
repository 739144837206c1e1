/** A change of the settings over the air: what an operator changes in a node's record without walking to it.
 *  The bytes: revision (16 bits, 1 and more, chosen by the gateway), a mask (16 bits: bit i, from the least, is the i-th number of `numberRows`), then the
 *  new numbers in the order and the width of the record. EUIs and the key are no numbers: nothing over the air can name them. All big-endian.
 *  The answer: revision (16), outcome (8: 0 taken, else REFUSED_* or 1 more than the place of the first bad number), CRC of the record in force (16). */
import { crc16 } from './crc16.ts'
import { CRC_BYTES, numberRows, NUMBERS_AT, readNumber, ROW, writeNumber } from './settings.ts'

export const HEAD_BYTES = 4
export const ANSWER_BYTES = 5

/** Outcomes besides 0 and a place. The bytes are no change: too short, too long, revision 0, no field or an unknown one. */
export const REFUSED_SHORT = 255
export const REFUSED_LONG = 254
export const REFUSED_RANGE = 253
/** Every number is good, and two of the record that would come of it contradict each other: decodeSettings says so. */
export const REFUSED_CONTRADICTION = 252

export interface Configured {
  readonly revision: number
  readonly outcome: number
  readonly recordCrc: number
}

/** Puts a change into `record` (a good one): outcome 0 when each of its numbers is good; else `record` is not to be used, for the change counts as a whole. */
export function changeRecord(record: Uint8Array, change: Uint8Array): number {
  if (change.length < HEAD_BYTES) return REFUSED_SHORT
  let mask = (change[2]! << 8) | change[3]!
  if (mask === 0 || (change[0]! | change[1]!) === 0) return REFUSED_RANGE
  const rows = numberRows()
  let at = NUMBERS_AT
  let from = HEAD_BYTES
  let outcome = 0
  for (let row = 0; row < rows.length; row += ROW) {
    const bytes = rows[row]!
    if (mask & 1) {
      if (from + bytes > change.length) return REFUSED_SHORT
      if (outcome === 0 && isNaN(readNumber(change, from, rows, row))) outcome = 1 + row / ROW
      for (let i = 0; i < bytes; i++) record[at + i] = change[from + i]!
      from += bytes
    }
    mask >>= 1
    at += bytes
  }
  if (mask !== 0) return REFUSED_RANGE
  if (from < change.length) return REFUSED_LONG
  writeNumber(record, at, CRC_BYTES, crc16(record, 0, at))
  return outcome
}

export function encodeConfigured({ revision, outcome, recordCrc }: Configured): Uint8Array {
  return new Uint8Array([revision >> 8, revision, outcome, recordCrc >> 8, recordCrc])
}
