/** Sequence numbers: 32 bits on the node and in the store, the low 16 on the wire. */

/** The 32-bit number with these low 16 bits that is nearest to `nearest` (uint32); of two equally near ones the greater.
 *  Never below 0 nor above 2^32 - 1. */
export function extendSequence(low16: number, nearest: number): number {
  const ahead = (low16 - nearest) & 0xffff
  const sequence = nearest + (ahead > 0x8000 ? ahead - 0x10000 : ahead)
  if (sequence < 0) return sequence + 0x10000
  if (sequence > 0xffffffff) return sequence - 0x10000
  return sequence
}
