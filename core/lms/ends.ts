/** Where a verification puts the ends of a signature's chains until all are there, to be hashed at once: with LMOTS_SHA256_N32_W4 that is 2,166 bytes, more
 *  than a node has room for beside its work (RFC 8554, algorithm 4b). */
import { HASH_BYTES, type Sha256 } from '../hash.ts'
import { CONTENT_AT } from './hashes.ts'

export interface Ends {
  /** Keeps bytes; the offsets of one signature go from 0 upwards without a gap. */
  put(offset: number, bytes: Uint8Array): void
  /** SHA-256 over the first `length` bytes that were put. */
  hash(length: number): Uint8Array
}

/** Chains of LMOTS_SHA256_N32_W1. */
const CHAINS_MAX = 265

/** In memory, for who has enough of it: room for the ends of `chains`. */
export function endsInMemory(sha256: Sha256, chains = CHAINS_MAX): Ends {
  const all = new Uint8Array(CONTENT_AT + HASH_BYTES * chains)
  return {
    put: (offset, bytes) => all.set(bytes, offset),
    hash: (length) => sha256(all.subarray(0, length)),
  }
}
