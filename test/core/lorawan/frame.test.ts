/** Data frames: what is sealed opens, everything else is refused by name. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import {
  COUNTER_GAP_MAX,
  extendCounter,
  makeSession,
  openData,
  parseData,
  sealData,
  type DataFrame,
} from '../../../core/lorawan/frame.ts'
import { bytes, hex } from './hex.ts'

const session = makeSession(tableAes, 0xfedcba98, bytes('11'.repeat(16)), bytes('22'.repeat(16)))
const ERRORS = ['short', 'long', 'version', 'type', 'options', 'mic', 'lorawan11']

const sample: DataFrame = {
  confirmed: false,
  downlink: false,
  devAddr: session.devAddr,
  adr: true,
  adrAckReq: false,
  ack: false,
  pending: false,
  counter: 70_000,
  options: bytes('0d'),
  port: 2,
  payload: bytes('00112233445566778899aabbccddeeff0011223344'),
}

/** Options that begin with a proprietary id, so that they are nobody else's. */
function ofLorawan10(options: Uint8Array): Uint8Array {
  return options.map((byte, i) => (i ? byte : byte | 0x80))
}

const frames: fc.Arbitrary<DataFrame> = fc
  .record({
    confirmed: fc.boolean(),
    downlink: fc.boolean(),
    devAddr: fc.constant(session.devAddr),
    adr: fc.boolean(),
    adrAckReq: fc.boolean(),
    ack: fc.boolean(),
    pending: fc.boolean(),
    counter: fc.integer({ min: 0, max: 0xffffffff }),
    options: fc.uint8Array({ maxLength: 15 }),
    port: fc.integer({ min: -1, max: 255 }),
    payload: fc.uint8Array({ maxLength: 222 }),
  })
  .map((frame) => ({
    ...frame,
    options: frame.port === 0 ? new Uint8Array(0) : ofLorawan10(frame.options),
    payload: frame.port < 0 ? new Uint8Array(0) : frame.payload,
  }))

test('what is sealed opens to the same frame', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const phy = sealData(session, frame)
      const before = hex(phy)
      expect(openData(session, phy, frame.counter)).toEqual(frame)
      expect(hex(phy)).toBe(before)
    }),
    { numRuns: 5_000 },
  )
})

test('every flipped bit is refused', () => {
  const phy = sealData(session, sample)
  for (let bit = 0; bit < 8 * phy.length; bit++) {
    const broken = new Uint8Array(phy)
    broken[bit >> 3]! ^= 1 << (bit & 7)
    expect(ERRORS).toContain(openData(session, broken, sample.counter))
  }
})

test('a right code over a command of 1.1 is refused by name', () => {
  for (const cid of [0x01, 0x0b, 0x0c, 0x0e, 0x0f, 0x20, 0x7f]) {
    const phy = sealData(session, { ...sample, options: new Uint8Array([cid, 0]) })
    expect(openData(session, phy, sample.counter)).toBe('lorawan11')
  }
  for (const cid of [0x02, 0x0d, 0x13, 0x40, 0x46, 0x80, 0xff]) {
    const phy = sealData(session, { ...sample, options: new Uint8Array([cid, 0]) })
    expect(openData(session, phy, sample.counter)).toMatchObject({ port: sample.port })
  }
})

test('every truncation is refused', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const phy = sealData(session, frame)
      for (let length = 0; length < phy.length; length++)
        expect(ERRORS).toContain(openData(session, phy.subarray(0, length), frame.counter))
    }),
    { numRuns: 50 },
  )
})

test('another turn of the counter, another address and another key are refused', () => {
  const phy = sealData(session, sample)
  const stranger = makeSession(tableAes, 0xfedcba99, bytes('11'.repeat(16)), bytes('22'.repeat(16)))
  const other = makeSession(tableAes, 0xfedcba98, bytes('12'.repeat(16)), bytes('22'.repeat(16)))
  expect(openData(session, phy, sample.counter - 65_536)).toBe('mic')
  expect(openData(session, phy, sample.counter + 1)).toBe('mic')
  expect(openData(stranger, phy, sample.counter)).toBe('mic')
  expect(openData(other, phy, sample.counter)).toBe('mic')
})

describe('named errors', () => {
  const header = '40' + '98badcfe' + '00' + '0100'
  const named: [string, string, string][] = [
    ['nothing', '', 'short'],
    ['a header without code', header, 'short'],
    ['more than a radio carries', header + '01' + '00'.repeat(250), 'long'],
    ['major version 1', '41' + header.slice(2) + '00000000', 'version'],
    ['a join request', '00' + header.slice(2) + '00000000', 'type'],
    ['a join accept', '20' + header.slice(2) + '00000000', 'type'],
    ['a proprietary frame', 'e0' + header.slice(2) + '00000000', 'type'],
    ['a rejoin request', 'c0' + header.slice(2) + '00000000', 'lorawan11'],
    ['options past the end', '4098badcfe05010001020304' + '00000000', 'options'],
    ['options beside port 0', '4098badcfe0101000200ff' + '00000000', 'options'],
    ['a wrong code', header + '00000000', 'mic'],
  ]
  test.each(named)('%s', (_name, phy, error) => {
    expect(openData(session, bytes(phy), 1)).toBe(error)
  })
})

test('100,000 random and mutated frames never throw and never open', () => {
  const good = sealData(session, sample)
  const mutated = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => {
      const phy = new Uint8Array(good)
      for (const [at, value] of changes) phy[at]! ^= value
      return hex(phy) === hex(good) ? phy.subarray(1) : phy
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 270 }), mutated), (phy) => {
      // No expect a run: 100,000 of them take longer than what they look at.
      const parsed = parseData(phy)
      const named = typeof parsed !== 'string' || ERRORS.includes(parsed)
      return named && typeof openData(session, phy, sample.counter) === 'string'
    }),
    { numRuns: 100_000 },
  )
})

describe('extendCounter', () => {
  test.each([
    [5, 0, 5],
    [0, 0, 0],
    [0, 65_535, 65_536],
    [65_535, 65_535, 65_535],
    [4, 65_540, 65_540],
    [0xffff, 0xfffeffff, 0xfffeffff],
    [0, 0xfffeffff, 0xffff0000],
  ])('low %i when %i is next: %i', (low, next, counter) => expect(extendCounter(low, next)).toBe(counter))

  test('a repeated frame lies beyond the largest gap', () => {
    for (const next of [1, 2, 65_536, 70_000, 0xfffffff0]) {
      const repeated = extendCounter((next - 1) & 0xffff, next)
      expect(repeated - next).toBeGreaterThanOrEqual(COUNTER_GAP_MAX)
    }
  })
})
