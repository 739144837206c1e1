/** AES-128 as the rest of the code sees it: a function, so that a board can hand in its own hardware. */

/** Encrypts the 16 bytes of `block` in place. */
export type BlockCipher = (block: Uint8Array) => void

/** Prepares a cipher for one 16-byte key. */
export type Aes = (key: Uint8Array) => BlockCipher
