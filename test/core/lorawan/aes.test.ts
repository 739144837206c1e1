/** AES-128 and CMAC against Node's OpenSSL, and RFC 4493's own examples. */
import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { aesDecrypt } from '../../../core/lorawan/aesDecrypt.ts'
import { cmac, makeCmac } from '../../../core/lorawan/cmac.ts'
import { bytes, hex } from './hex.ts'

const block = fc.uint8Array({ minLength: 16, maxLength: 16 })

test('encryption equals OpenSSL, decryption undoes it', () => {
  fc.assert(
    fc.property(block, block, (key, plain) => {
      const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
      const ours = new Uint8Array(plain)
      tableAes(key)(ours)
      expect(hex(ours)).toBe(cipher.update(plain).toString('hex'))
      aesDecrypt(key, ours)
      expect(hex(ours)).toBe(hex(plain))
    }),
    { numRuns: 500 },
  )
})

test('two keys keep apart', () => {
  const first = tableAes(bytes('000102030405060708090a0b0c0d0e0f'))
  tableAes(bytes('ff'.repeat(16)))
  const plain = bytes('00112233445566778899aabbccddeeff')
  first(plain)
  // FIPS 197, appendix C.1.
  expect(hex(plain)).toBe('69c4e0d86a7b0430d8cdb78070b4c55a')
})

test('a block before the message counts as its beginning', () => {
  const key = makeCmac(tableAes(bytes('2b7e151628aed2a6abf7158809cf4f3c')))
  const message = bytes('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411')
  for (let length = 17; length <= message.length; length++) {
    const whole = new Uint8Array(16)
    const parted = new Uint8Array(message.subarray(0, 16))
    cmac(key, message, length, whole)
    cmac(key, message.subarray(16), length - 16, parted, true)
    expect(hex(parted)).toBe(hex(whole))
  }
})
