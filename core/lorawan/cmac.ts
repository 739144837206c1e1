/** AES-CMAC: the checksum with a key that every LoRaWAN frame ends in. Source: RFC 4493. */
import type { BlockCipher } from '../cipher.ts'

/** A key made ready: its cipher and the two blocks that close a message (RFC 4493, 2.3). */
export interface Cmac {
  readonly cipher: BlockCipher
  /** K1, for a message whose last block is whole. */
  readonly whole: Uint8Array
  /** K2, for a message whose last block was padded. */
  readonly padded: Uint8Array
}

/** `block` shifted left by one bit, as an element of GF(2^128). */
function doubled(block: Uint8Array): Uint8Array {
  const result = new Uint8Array(16)
  for (let i = 0; i < 15; i++) result[i] = ((block[i]! << 1) | (block[i + 1]! >> 7)) & 0xff
  result[15] = ((block[15]! << 1) ^ (block[0]! & 0x80 ? 0x87 : 0)) & 0xff
  return result
}

export function makeCmac(cipher: BlockCipher): Cmac {
  const zero = new Uint8Array(16)
  cipher(zero)
  const whole = doubled(zero)
  return { cipher, whole, padded: doubled(whole) }
}

/** Writes the 16-byte code of `message[0 .. length)` to `into`. With `prefixed`, `into` already holds a 16-byte block that stands before
 *  the message (LoRaWAN's B0), so that it need not be copied together; the message then has at least one byte. */
export function cmac(
  key: Cmac,
  message: Uint8Array,
  length: number,
  into: Uint8Array,
  prefixed?: boolean,
): void {
  if (prefixed) key.cipher(into)
  else into.fill(0)
  let at = 0
  for (; length - at > 16; at += 16) {
    for (let i = 0; i < 16; i++) into[i] = into[i]! ^ message[at + i]!
    key.cipher(into)
  }
  const rest = length - at
  const last = rest === 16 ? key.whole : key.padded
  if (rest < 16) into[rest] = into[rest]! ^ 0x80
  for (let i = 0; i < 16; i++) into[i] = into[i]! ^ last[i]! ^ (i < rest ? message[at + i]! : 0)
  key.cipher(into)
}
