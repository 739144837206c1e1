/** The hashes of LMS: what signing and verifying have in common. Source: RFC 8554, sections 3.1.3, 4.3 to 4.6 and 5.3.
 *  Everything that is hashed begins alike: I (16 bytes), a number (32 bits: leaf or node), a tag (16 bits: purpose, or chain). */
import { putBig32 } from '../big.ts'
import { HASH_BYTES, type Sha256 } from '../hash.ts'
import { IDENTIFIER_BYTES } from './parameters.ts'

/** The tags D_... of RFC 8554, 4.2 and 5.1. */
export const TAG_CHAIN_ENDS = 0x8080
export const TAG_MESSAGE = 0x8181
export const TAG_LEAF = 0x8282
export const TAG_NODE = 0x8383

const TAG_AT = IDENTIFIER_BYTES + 4
/** Where what differs from hash to hash begins. */
export const CONTENT_AT = TAG_AT + 2
/** Where a chain's value stands, behind the number of the step. */
export const CHAIN_VALUE_AT = CONTENT_AT + 1

/** A block to be hashed, with room for `contentBytes` behind its beginning. */
export function lmsBlock(
  identifier: Uint8Array,
  number: number,
  tag: number,
  contentBytes: number,
): Uint8Array {
  const block = new Uint8Array(CONTENT_AT + contentBytes)
  block.set(identifier, 0)
  putBig32(block, IDENTIFIER_BYTES, number)
  retag(block, tag)
  return block
}

/** Gives a block another tag: the next chain of a leaf. */
export function retag(block: Uint8Array, tag: number): void {
  block[TAG_AT] = tag >> 8
  block[TAG_AT + 1] = tag & 0xff
}

/** Walks a chain on from step `from` up to `to`, that one left out; the value is in `block` before and after (4.3, 4.6). */
export function walkChain(sha256: Sha256, block: Uint8Array, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    block[CONTENT_AT] = step
    block.set(sha256(block), CHAIN_VALUE_AT)
  }
}

/** Q and its checksum, 34 bytes (4.4, 4.5): what the chains sign. `randomizer` is C. */
export function messageDigits(
  sha256: Sha256,
  identifier: Uint8Array,
  leaf: number,
  randomizer: Uint8Array,
  message: Uint8Array,
  width: number,
): Uint8Array {
  const block = lmsBlock(identifier, leaf, TAG_MESSAGE, HASH_BYTES + message.length)
  block.set(randomizer, CONTENT_AT)
  block.set(message, CONTENT_AT + HASH_BYTES)
  const digits = new Uint8Array(HASH_BYTES + 2)
  digits.set(sha256(block), 0)
  const count = ((8 * HASH_BYTES) / width) | 0
  let sum = 0
  for (let i = 0; i < count; i++) sum += (1 << width) - 1 - digit(digits, i, width)
  sum <<= checksumShift(width)
  digits[HASH_BYTES] = sum >> 8
  digits[HASH_BYTES + 1] = sum & 0xff
  return digits
}

/** Digit `index` of `width` bits (1, 2, 4 or 8), the first of a byte in its high bits: coef of 3.1.3. */
export function digit(digits: Uint8Array, index: number, width: number): number {
  const bit = index * width
  return (digits[bit >> 3]! >> (8 - width - (bit & 7))) & ((1 << width) - 1)
}

/** ls of table 1: puts the checksum's digits at the high end of its 16 bits. */
function checksumShift(width: number): number {
  return [0, 7, 6, 0, 4][width] ?? 0
}
