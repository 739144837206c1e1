/** The parameter sets of LMS and LM-OTS with SHA-256 at full width, and the sizes that follow from them.
 *  Source: RFC 8554, table 1 (LMOTS_SHA256_N32_W1 to W8) and table 2 (LMS_SHA256_M32_H5 to H25). Sizes in bytes. */
import { HASH_BYTES } from '../hash.ts'

/** LMOTS_SHA256_N32_W4 and LMS_SHA256_M32_H10: what fieldnode signs its firmware with. 1,024 signatures of 2,508 bytes. */
export const OTS_W4 = 3
export const LMS_H10 = 6

/** I: what tells one key's hashes from another's. */
export const IDENTIFIER_BYTES = 16
/** Two types, I and the root. */
export const LMS_KEY_BYTES = 4 + 4 + IDENTIFIER_BYTES + HASH_BYTES

/** p of table 1: hash chains of a one-time signature. 0 for a type that is not in the table. */
export function otsChains(type: number): number {
  return [0, 265, 133, 67, 34][type] ?? 0
}

/** w of table 1, for a type that is in it: bits of the message a chain signs. */
export function otsWidth(type: number): number {
  return 1 << (type - 1)
}

/** h of table 2: height of the tree. 0 for a type that is not in the table. */
export function lmsHeight(type: number): number {
  return type >= 5 && type <= 9 ? 5 * (type - 4) : 0
}

/** Bytes of a signature: leaf, one-time signature (type, C, chains), type, path (RFC 8554, 5.4). */
export function lmsSignatureBytes(height: number, chains: number): number {
  return 4 + 4 + HASH_BYTES * (1 + chains) + 4 + HASH_BYTES * height
}
