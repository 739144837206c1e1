/** The digest of a bundle, and a ticket from its signature to what a node may take. */
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { growKey, publicKeyOf, signLms } from '../../../cli/sign/lms.ts'
import { endsInMemory } from '../../../core/lms/ends.ts'
import { bundleDigest } from '../../../core/update/digest.ts'
import { encodeManifest, type Manifest } from '../../../core/update/manifest.ts'
import { openTicket, unsuited } from '../../../core/update/ticket.ts'
import { readerOf, sha256 } from '../lms/signatures.ts'
import { mutated, randomFrom } from '../packet/mangle.ts'

const seed = 2601

/** The definition, with all of it in memory and Node's hash fed in pieces. */
function digestByDefinition(bundle: Uint8Array): Buffer {
  let digest = Buffer.alloc(32)
  for (let at = 0; at < bundle.length; at += 512)
    digest = createHash('sha256')
      .update(digest)
      .update(bundle.subarray(at, at + 512))
      .digest()
  return digest
}

describe('the digest of a bundle', () => {
  const bundle = Uint8Array.from({ length: 2_000 }, (_, i) => (i * 7) & 255)
  const digest = (bytes: Uint8Array) => bundleDigest(sha256, bytes.length, readerOf(bytes))

  test('is the chain that it says, for every length up to four blocks', () => {
    for (let length = 1; length <= bundle.length; length++) {
      const bytes = bundle.subarray(0, length)
      expect(Buffer.compare(digest(bytes)!, digestByDefinition(bytes)), `${length}`).toBe(0)
    }
  })

  test('is not there when the bundle is shorter than it should be', () => {
    for (const length of [0, 1, 511, 512, 513, 1_999])
      expect(bundleDigest(sha256, 2_000, readerOf(bundle.subarray(0, length)))).toBeUndefined()
  })

  test('reads at most a block, and hashes at most 544 bytes', () => {
    let longest = 0
    const counted = (message: Uint8Array) => {
      longest = Math.max(longest, message.length)
      return sha256(message)
    }
    bundleDigest(counted, 2_000, (offset, length) => {
      expect(length).toBeLessThanOrEqual(512)
      return bundle.subarray(offset, offset + length)
    })
    expect(longest).toBe(544)
  })

  test(`tells bundles of one length apart, seed ${seed}`, () => {
    const any = fc.record({ at: fc.nat(1_999), bit: fc.nat(7) })
    const holds = ({ at, bit }: { at: number; bit: number }): void => {
      const other = Uint8Array.from(bundle)
      other[at]! ^= 1 << bit
      expect(Buffer.compare(digest(other)!, digest(bundle)!)).not.toBe(0)
    }
    fc.assert(fc.property(any, holds), { seed, numRuns: 1_000 })
  })
})

describe('a ticket', () => {
  const secret = { lmsType: 5, otsType: 3, identifier: new Uint8Array(16), seed: new Uint8Array(32).fill(1) }
  const key = growKey(sha256, secret)
  const manifest: Manifest = {
    version: 7,
    board: 'ttgo-lora32-v21',
    profile: 'soil',
    region: 'AS923-2',
    bundleBytes: 40_000,
    digest: new Uint8Array(32).fill(3),
  }
  const signed = (record: Uint8Array) =>
    Buffer.concat([record, signLms(sha256, key, 5, new Uint8Array(32).fill(2), record)])
  const ticket = signed(encodeManifest(manifest) as Uint8Array)
  const open = (bytes: Uint8Array) =>
    openTicket(sha256, publicKeyOf(key), bytes.length, readerOf(bytes), endsInMemory(sha256))

  test('gives its manifest', () => expect(open(ticket)).toEqual(manifest))

  test('is refused by name', () => {
    expect(open(ticket.subarray(0, 92))).toBe('short')
    expect(open(ticket.subarray(0, 93))).toBe('length')
    expect(open(Buffer.concat([ticket, Buffer.alloc(1)]))).toBe('length')
    const other = growKey(sha256, { ...secret, identifier: new Uint8Array(16).fill(1) })
    expect(
      openTicket(sha256, publicKeyOf(other), ticket.length, readerOf(ticket), endsInMemory(sha256)),
    ).toBe('wrong')
    expect(
      openTicket(sha256, new Uint8Array(56), ticket.length, readerOf(ticket), endsInMemory(sha256)),
    ).toBe('keyType')
  })

  test('no byte of the manifest can be changed', () => {
    for (let at = 0; at < 93; at++) {
      const copy = Uint8Array.from(ticket)
      copy[at]! ^= 1
      expect(open(copy)).toBe('wrong')
    }
  })

  test('a manifest that is none is refused though it is signed', () => {
    const record = encodeManifest(manifest) as Uint8Array
    record[0] = 2
    expect(open(signed(record))).toBe('format')
  })

  test(`2,000 mutated tickets open to nothing else, seed ${seed}`, () => {
    const random = randomFrom(seed)
    for (let i = 0; i < 2_000; i++) {
      const bytes = mutated(random, ticket)
      const opened = open(bytes)
      if (typeof opened !== 'string') expect(Buffer.compare(bytes, ticket)).toBe(0)
    }
  })

  test('suits a node of its board and profile that runs an older version', () => {
    const running = { board: 'ttgo-lora32-v21', profile: 'soil', region: 'AS923-2', version: 6 }
    expect(unsuited(manifest, running)).toBeUndefined()
    expect(unsuited(manifest, { ...running, board: 'esp32-devkit' })).toBe('otherBoard')
    expect(unsuited(manifest, { ...running, profile: 'air' })).toBe('otherProfile')
    expect(unsuited(manifest, { ...running, region: 'EU868' })).toBe('otherRegion')
    for (const version of [7, 8, 0xffffffff]) expect(unsuited(manifest, { ...running, version })).toBe('old')
    expect(
      unsuited({ ...manifest, version: 0xffffffff }, { ...running, version: 0xfffffffe }),
    ).toBeUndefined()
  })
})
