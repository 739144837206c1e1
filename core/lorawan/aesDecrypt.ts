/** AES-128 decryption of one block, which only the network side needs: it "decrypts" a join accept so that a node can open it by encryption
 *  (LoRaWAN 1.0.4, 6.2.3). Plain and slow, as a network joins a few nodes a day. Source: FIPS 197 section 5.3. */
import { double, expandKey, makeBox } from './aes.ts'

function multiply(a: number, b: number): number {
  let product = 0
  for (let factor = a, bits = b; bits; bits >>= 1) {
    if (bits & 1) product ^= factor
    factor = double(factor)
  }
  return product
}

/** InvMixColumns, FIPS 197 section 5.3.3. */
function unmixColumns(block: Uint8Array): void {
  for (let at = 0; at < 16; at += 4) {
    const column = [block[at]!, block[at + 1]!, block[at + 2]!, block[at + 3]!]
    for (let row = 0; row < 4; row++) {
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => column[(row + i) % 4]!) as [number, number, number, number]
      block[at + row] = multiply(a, 14) ^ multiply(b, 11) ^ multiply(c, 13) ^ multiply(d, 9)
    }
  }
}

/** Decrypts the 16 bytes of `block` in place with the 16-byte `key`. */
export function aesDecrypt(key: Uint8Array, block: Uint8Array): void {
  const box = makeBox()
  const words = expandKey(key, box)
  const inverse = new Uint8Array(256)
  box.forEach((to, from) => (inverse[to] = from))
  const addRoundKey = (round: number): void => {
    for (let i = 0; i < 16; i++) block[i] = block[i]! ^ (words[4 * round + (i >> 2)]! >>> (24 - 8 * (i & 3)))
  }
  addRoundKey(10)
  for (let round = 9; round >= 0; round--) {
    const before = new Uint8Array(block)
    // InvShiftRows and InvSubBytes together: row r of column c came from column c - r.
    for (let i = 0; i < 16; i++) block[i] = inverse[before[(i + 16 - 4 * (i & 3)) & 15]!]!
    addRoundKey(round)
    if (round) unmixColumns(block)
  }
}
