/** The manifest there and back, its bytes, and each refusal by its name. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BUNDLE_BYTES_MAX,
  decodeManifest,
  encodeManifest,
  MANIFEST_BYTES,
  type Manifest,
  type ManifestError,
} from '../../../core/update/manifest.ts'
import { mutated, randomBytes, randomFrom } from '../packet/mangle.ts'

const seed = 81
const manifest: Manifest = {
  version: 0x01020304,
  board: 'ttgo-lora32-v21',
  profile: 'soil',
  region: 'AS923-2',
  bundleBytes: 40_680,
  digest: Uint8Array.from({ length: 32 }, (_, i) => i),
}
const encoded = (each: Manifest): Uint8Array => {
  const record = encodeManifest(each)
  if (typeof record === 'string') throw new Error(record)
  return record
}
const record = encoded(manifest)

test('is these bytes', () => {
  const hex =
    '01' +
    '01020304' +
    Buffer.from('ttgo-lora32-v21').toString('hex').padEnd(48, '0') +
    Buffer.from('soil').toString('hex').padEnd(32, '0') +
    Buffer.from('AS923-2').toString('hex').padEnd(24, '0') +
    '00009ee8' +
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
  expect(Buffer.from(record).toString('hex')).toBe(hex)
  expect(MANIFEST_BYTES).toBe(93)
  expect(decodeManifest(record)).toEqual(manifest)
})

test(`comes back, seed ${seed}`, () => {
  const name = (max: number) =>
    fc.stringMatching(/^[A-Za-z0-9-]+$/, { maxLength: max }).filter((each) => each.length <= max)
  const any = fc.record({
    version: fc.integer({ min: 1, max: 0xffffffff }),
    board: name(24),
    profile: name(16),
    region: name(12),
    bundleBytes: fc.integer({ min: 1, max: BUNDLE_BYTES_MAX }),
    digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  })
  const holds = (each: Manifest): void => {
    expect(decodeManifest(encoded(each))).toEqual(each)
  }
  fc.assert(fc.property(any, holds), { seed, numRuns: 2_000 })
})

test('its digest is its own: what the record was read from may be used again', () => {
  const copy = Uint8Array.from(record)
  const { digest } = decodeManifest(copy) as Manifest
  copy.fill(0)
  expect(digest).toEqual(manifest.digest)
})

describe('is not encoded', () => {
  const rows: [ManifestError, Partial<Manifest>][] = [
    ['version', { version: 0 }],
    ['version', { version: -1 }],
    ['version', { version: 1.5 }],
    ['version', { version: NaN }],
    ['version', { version: 2 ** 32 }],
    ['board', { board: '' }],
    ['board', { board: 'a'.repeat(25) }],
    ['board', { board: 'a_b' }],
    ['board', { board: 'a b' }],
    ['board', { board: 'a\0' }],
    ['board', { board: 'é' }],
    ['profile', { profile: '' }],
    ['profile', { profile: 'a'.repeat(17) }],
    ['profile', { profile: 'ša' }],
    ['region', { region: '' }],
    ['region', { region: 'a'.repeat(13) }],
    ['region', { region: 'EU 868' }],
    ['bundleBytes', { bundleBytes: 0 }],
    ['bundleBytes', { bundleBytes: BUNDLE_BYTES_MAX + 1 }],
    ['bundleBytes', { bundleBytes: 0.5 }],
    ['digest', { digest: new Uint8Array(31) }],
    ['digest', { digest: new Uint8Array(33) }],
  ]
  test.each(rows)('%s, row %#', (error, part) => expect(encodeManifest({ ...manifest, ...part })).toBe(error))

  test('names that fill their field are', () => {
    const full = { ...manifest, board: 'z'.repeat(24), profile: '0'.repeat(16), region: 'Z'.repeat(12) }
    expect(decodeManifest(encoded(full))).toEqual(full)
  })
})

describe('is not decoded', () => {
  const withByte = (at: number, byte: number): Uint8Array => {
    const copy = Uint8Array.from(record)
    copy[at] = byte
    return copy
  }
  const withWord = (at: number, word: number): Uint8Array => {
    const copy = Buffer.from(record)
    copy.writeUInt32BE(word, at)
    return copy
  }

  test('short, long: every other length', () => {
    for (let length = 0; length < 93; length++) expect(decodeManifest(record.slice(0, length))).toBe('short')
    expect(decodeManifest(Uint8Array.from([...record, 0]))).toBe('long')
  })

  const rows: [ManifestError, Uint8Array][] = [
    ['format', withByte(0, 0)],
    ['format', withByte(0, 2)],
    ['version', withWord(1, 0)],
    ['board', withByte(5, 0)],
    ['board', withByte(5, 0x5f)],
    ['board', withByte(28, 0x61)],
    ['board', withByte(7, 0)],
    ['profile', withByte(29, 0)],
    ['profile', withByte(30, 0xff)],
    ['profile', withByte(44, 1)],
    ['region', withByte(45, 0)],
    ['region', withByte(53, 0x61)],
    ['region', withByte(56, 0x20)],
    ['bundleBytes', withWord(57, 0)],
    ['bundleBytes', withWord(57, BUNDLE_BYTES_MAX + 1)],
    ['bundleBytes', withWord(57, 0xffffffff)],
  ]
  test.each(rows)('%s, row %#', (error, bytes) => expect(decodeManifest(bytes)).toBe(error))
})

test(`100,000 random and 100,000 mutated records: refused by name, or the very record again, seed ${seed}`, () => {
  const random = randomFrom(seed)
  const seen = new Set<string>()
  for (let i = 0; i < 200_000; i++) {
    const bytes = i % 2 ? mutated(random, record) : randomBytes(random, 120)
    // Random bytes never get beyond the format by themselves.
    if (i % 4 === 0 && bytes.length > 0) bytes[0] = 1
    const decoded = decodeManifest(bytes)
    if (typeof decoded === 'string') seen.add(decoded)
    else {
      seen.add('decoded')
      if (Buffer.compare(encoded(decoded), bytes) !== 0) throw new Error(Buffer.from(bytes).toString('hex'))
    }
  }
  const all = ['short', 'long', 'format', 'board', 'profile', 'region', 'bundleBytes', 'decoded']
  expect(all.filter((each) => !seen.has(each))).toEqual([])
})
