/** The record of a node that never joins: what goes in comes out, and every wrong record has its name. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ABP_BYTES, decodeAbp, encodeAbp } from '../../core/abp.ts'

const session = {
  devAddr: 0xfe0102f3,
  nwkSKey: Uint8Array.from({ length: 16 }, (_, i) => i),
  appSKey: Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
}
const record = encodeAbp(session)

test('stands as address and keys between a version and a check sum', () => {
  const hex = Buffer.from(record).toString('hex')
  expect(hex.slice(0, -4)).toBe('01fe0102f3000102030405060708090a0b0c0d0e0ffffefdfcfbfaf9f8f7f6f5f4f3f2f1f0')
  expect(Buffer.from(decodeAbp(record) as Uint8Array).toString('hex')).toBe(hex.slice(2, -4))
})

test('is refused by name, and with any bit wrong', () => {
  for (let length = 0; length < ABP_BYTES; length++)
    expect(decodeAbp(record.subarray(0, length))).toBe('short')
  expect(decodeAbp(Uint8Array.from([...record, 0]))).toBe('long')
  for (let bit = 0; bit < ABP_BYTES * 8; bit++) {
    const wrong = Uint8Array.from(record)
    wrong[bit >> 3]! ^= 1 << (bit & 7)
    expect(decodeAbp(wrong)).toBe(bit < 8 ? 'version' : 'crc')
  }
})

test('never throws on random bytes', () => {
  const names = new Set<unknown>(['short', 'long', 'version', 'crc'])
  const found = fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => names.has(decodeAbp(bytes)))
  fc.assert(found, { seed: 11, numRuns: 20_000 })
})
