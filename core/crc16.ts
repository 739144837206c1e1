/** CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xffff, not reflected): detects the torn and the worn in records of up to a few hundred bytes.
 *  Source: "A painless guide to CRC error detection algorithms"; check value 0x29b1 for "123456789". */

/** Of `bytes[from]` up to `bytes[to]`, that one left out. A step a byte without a table: an interpreter pays for each operation, and a table costs RAM. */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffff
  for (let at = from; at < to; at++) {
    let mix = (crc >> 8) ^ bytes[at]!
    mix ^= mix >> 4
    crc = ((crc << 8) ^ (mix << 12) ^ (mix << 5) ^ mix) & 0xffff
  }
  return crc
}
