/** LMS verification: RFC 8554's test cases, every byte of a signature, every length, each outcome by its name. */
import { describe, expect, test } from 'vitest'
import { endsInMemory } from '../../../core/lms/ends.ts'
import type { Sha256 } from '../../../core/hash.ts'
import { lmsSignatureBytes, otsChains } from '../../../core/lms/parameters.ts'
import { verifyLms } from '../../../core/lms/verify.ts'
import { growKey, publicKeyOf, signLms } from '../../../cli/sign/lms.ts'
import { randomFrom } from '../packet/mangle.ts'
import { changed, expectEveryByteCounts, expectNoForgery, ours, seed, verify } from './forgeries.ts'
import { LMS_VECTORS, readerOf, sha256 } from './signatures.ts'

describe.each([...LMS_VECTORS])('RFC 8554, $name', ({ publicKey, message, signature }) => {
  test('is valid', () => expect(verify(publicKey, message, signature)).toBe('valid'))

  test('is wrong over another message', () => {
    for (let at = 0; at < message.length; at += 16)
      expect(verify(publicKey, changed(message, at), signature)).toBe('wrong')
    expect(verify(publicKey, message.subarray(1), signature)).toBe('wrong')
  })

  test('is wrong by another key', () => {
    for (const at of [8, 23, 24, 55]) expect(verify(changed(publicKey, at), message, signature)).toBe('wrong')
  })
})

test('the set that we sign with is among the published ones', () => {
  expect(ours.signature.length).toBe(2508)
})

test.each([
  [1, 8516],
  [2, 4292],
  [3, 2180],
  [4, 1124],
])('LM-OTS type %i: sizes as in table 1', (type, otsBytes) =>
  // Table 1 has the one-time signature alone: type, C and chains.
  expect(4 + 32 * (1 + otsChains(type))).toBe(otsBytes),
)

test.each([1, 2, 3, 4])('LM-OTS type %i: what is signed is valid, and nothing else', (otsType) => {
  const random = randomFrom(seed + otsType)
  const bytes = (length: number) => Uint8Array.from({ length }, () => random(256))
  const key = growKey(sha256, { lmsType: 5, otsType, identifier: bytes(16), seed: bytes(32) })
  for (const leaf of [0, 1, 17, 31]) {
    const message = bytes(leaf + 1)
    const signature = signLms(sha256, key, leaf, bytes(32), message)
    expect(signature.length).toBe(lmsSignatureBytes(5, otsChains(otsType)))
    expect(verify(publicKeyOf(key), message, signature)).toBe('valid')
    expect(verify(publicKeyOf(key), message, changed(signature, random(signature.length)))).not.toBe('valid')
  }
})

test('takes about 500 hashes, none over more than 2,166 bytes, and reads a hash at a time', () => {
  const { publicKey, message, signature } = ours
  const lengths: number[] = []
  const counted: Sha256 = (block) => {
    lengths.push(block.length)
    return sha256(block)
  }
  let longestRead = 0
  const outcome = verifyLms(
    counted,
    publicKey,
    message,
    signature.length,
    (offset, length) => {
      longestRead = Math.max(longestRead, length)
      return signature.subarray(offset, offset + length)
    },
    endsInMemory(counted),
  )
  expect(outcome).toBe('valid')
  expect([lengths.length, Math.max(...lengths), longestRead]).toEqual([538, 2166, 32])
})

test('no byte of a signature can be changed: every 16th', () => expectEveryByteCounts(16))

describe('refuses by name', () => {
  const { publicKey, message, signature } = ours

  test('keyLength: every other length of a key', () => {
    for (let length = 0; length < 80; length++)
      if (length !== 56) expect(verify(new Uint8Array(length), message, signature)).toBe('keyLength')
  })

  test('keyType: sets that are not there', () => {
    const [lms, ots] = [
      [0, 1, 4, 10, 255],
      [0, 5, 8, 255],
    ]
    for (const type of lms)
      expect(verify(changed(publicKey, 3, 6 ^ type), message, signature)).toBe('keyType')
    for (const type of ots)
      expect(verify(changed(publicKey, 7, 3 ^ type), message, signature)).toBe('keyType')
    for (const at of [0, 1, 2, 4, 5, 6])
      expect(verify(changed(publicKey, at, 0x80), message, signature)).toBe('keyType')
  })

  test('length: every truncation, and a byte too many', () => {
    for (let length = 0; length < signature.length; length++)
      expect(verify(publicKey, message, signature.subarray(0, length))).toBe('length')
    expect(verify(publicKey, message, Uint8Array.from([...signature, 0]))).toBe('length')
  })

  test('length: a file that ends earlier than it says', () => {
    for (let end = 0; end < signature.length; end += 7) {
      const read = readerOf(signature.subarray(0, end))
      expect(verifyLms(sha256, publicKey, message, signature.length, read, endsInMemory(sha256))).toBe(
        'length',
      )
    }
  })

  test('type: a signature of another set, of the same length', () => {
    expect(verify(publicKey, message, changed(signature, 7, 3 ^ 4))).toBe('type')
    expect(verify(publicKey, message, changed(signature, 2187, 6 ^ 5))).toBe('type')
  })

  test('leaf: 1,024 and above', () => {
    for (const [at, bit] of [
      [2, 4],
      [0, 0x80],
    ] as const)
      expect(verify(publicKey, message, changed(signature, at, bit))).toBe('leaf')
    expect(verify(publicKey, message, changed(signature, 2, 2))).toBe('wrong')
  })
})

test(`2,000 random and 200 mutated signatures are never valid and never throw, seed ${seed}`, () =>
  expectNoForgery(2_000, 200))
