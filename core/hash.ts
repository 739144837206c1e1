/** SHA-256 as the rest of the code sees it: a function, so that a board can hand in its own and Node its own.
 *  Espruino's native one takes a message whole and can't be fed in pieces: what is hashed has to be short, or a chain of short blocks. */

/** The 32 bytes of FIPS 180-4 SHA-256 over all of `message`. */
export type Sha256 = (message: Uint8Array) => Uint8Array

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32
