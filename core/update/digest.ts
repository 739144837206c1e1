/** The digest of a bundle: a chain of hashes over its blocks, so that neither side ever holds the bundle at once.
 *  d(0) is 32 zero bytes, d(i) = SHA-256(d(i-1), block i); the last d is the digest. Espruino's SHA-256 takes its message whole, and a chain
 *  needs 544 bytes where the bundle would need all memory. Blocks are of 512 bytes, only the last may be shorter: the manifest says how long
 *  a bundle is, so two bundles of one length are cut alike, and equal digests of different ones would be a collision of SHA-256. */
import { HASH_BYTES, type Sha256 } from '../hash.ts'
import type { Reader } from '../reader.ts'

export const BLOCK_BYTES = 512

/** The 32 bytes of digest over `length` bytes; undefined when `read` has fewer. One hash a block: 118 for a bundle of 60 kB. */
export function bundleDigest(sha256: Sha256, length: number, read: Reader): Uint8Array | undefined {
  const input = new Uint8Array(HASH_BYTES + BLOCK_BYTES)
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    const bytes = Math.min(BLOCK_BYTES, length - at)
    const block = read(at, bytes)
    if (block.length !== bytes) return undefined
    input.set(block, HASH_BYTES)
    input.set(sha256(input.subarray(0, HASH_BYTES + bytes)), 0)
  }
  return new Uint8Array(input.subarray(0, HASH_BYTES))
}
