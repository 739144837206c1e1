/** Hello, acknowledgement and lamp command there and back, and what each refuses. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeAcknowledgement,
  decodeHello,
  decodeGroupSetup,
  decodeLampCommand,
  encodeAcknowledgement,
  encodeHello,
  encodeGroupSetup,
  encodeLampCommand,
} from '../../../core/packet/index.ts'
import { randomBytes, randomFrom } from './mangle.ts'

const seed = 4712
const uint32 = fc.integer({ min: 0, max: 0xffffffff })

function write(encode: (into: Uint8Array) => number): Uint8Array {
  const into = new Uint8Array(32).fill(0xff)
  return into.slice(0, encode(into))
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

describe('hello', () => {
  const hello = { epoch: 0xdeadbeef, nextSequence: 258, setId: 5, reportSeconds: 600, firmwareVersion: 7 }

  test('is these bytes', () => {
    // 5 in five bits, unit 1 (ten seconds) in two, 60 in nine, 7 in eight: 00101 01000111100 00000111.
    expect(write((into) => encodeHello(hello, into))).toEqual(bytesOf('deadbeef000001022a3c07'))
    expect(hello.reportSeconds).toBe(600)
  })

  test('comes back', () => {
    const any = fc.record({
      epoch: uint32,
      nextSequence: uint32,
      setId: fc.nat(31),
      reportSeconds: fc.oneof(
        fc.nat(511),
        fc.nat(511).map((each) => each * 600),
      ),
      firmwareVersion: fc.nat(255),
    })
    const holds = (each: typeof hello): void => {
      const decoded = decodeHello(write((into) => encodeHello(each, into)))
      const { reportSeconds } = decoded as typeof hello
      expect(decoded).toEqual({ ...each, reportSeconds })
      expect(Math.abs(reportSeconds - each.reportSeconds)).toBeLessThanOrEqual(30)
    }
    fc.assert(fc.property(any, holds), { seed })
  })

  test('any interval gives a hello that is taken', () => {
    for (let reportSeconds = 0; reportSeconds < 320_000; reportSeconds += 13) {
      expect(decodeHello(write((into) => encodeHello({ ...hello, reportSeconds }, into)))).toBeTypeOf(
        'object',
      )
    }
  })

  test('is refused by name', () => {
    const bytes = write((into) => encodeHello(hello, into))
    for (let length = 0; length < bytes.length; length++)
      expect(decodeHello(bytes.slice(0, length))).toBe('short')
    expect(decodeHello(Uint8Array.from([...bytes, 0]))).toBe('long')
    // 10 s as one unit of ten, where an encoder writes ten units of one.
    expect(decodeHello(bytesOf('deadbeef000001022a0107'))).toBe('range')
    expect(encodeHello(hello, new Uint8Array(10))).toBe(0)
  })
})

describe('acknowledgement', () => {
  test('is these bytes', () => {
    const acknowledgement = { epoch: 0x01020304, nextSequence: 0xfffffffe, received: Uint8Array.of(0b101) }
    expect(write((into) => encodeAcknowledgement(acknowledgement, into))).toEqual(
      bytesOf('01020304fffffffe05'),
    )
  })

  test('comes back with 0 to 3 bytes of bitmap', () => {
    const any = fc.record({ epoch: uint32, nextSequence: uint32, received: fc.uint8Array({ maxLength: 3 }) })
    const holds = (each: { epoch: number; nextSequence: number; received: Uint8Array }): void => {
      expect(decodeAcknowledgement(write((into) => encodeAcknowledgement(each, into)))).toEqual({ ...each })
    }
    fc.assert(fc.property(any, holds), { seed })
  })

  test('is refused by name', () => {
    expect(decodeAcknowledgement(new Uint8Array(7))).toBe('short')
    expect(decodeAcknowledgement(new Uint8Array(12))).toBe('long')
    const long = { epoch: 0, nextSequence: 0, received: new Uint8Array(4) }
    expect(encodeAcknowledgement(long, new Uint8Array(32))).toBe(0)
    expect(encodeAcknowledgement({ ...long, received: new Uint8Array(3) }, new Uint8Array(10))).toBe(0)
  })
})

describe('lamp command', () => {
  test('is these bytes', () => {
    const lamp = { command: 258, levelPercent: 60, durationSeconds: 3600 }
    expect(write((into) => encodeLampCommand(lamp, into))).toEqual(bytesOf('01023c000e10'))
  })

  test('comes back', () => {
    const any = fc.record({
      command: fc.integer({ min: 1, max: 65535 }),
      levelPercent: fc.nat(100),
      durationSeconds: fc.integer({ min: 1, max: 0xffffff }),
    })
    const holds = (each: { command: number; levelPercent: number; durationSeconds: number }): void => {
      expect(decodeLampCommand(write((into) => encodeLampCommand(each, into)))).toEqual({ ...each })
    }
    fc.assert(fc.property(any, holds), { seed })
  })

  test('is refused by name', () => {
    expect(decodeLampCommand(new Uint8Array(5))).toBe('short')
    expect(decodeLampCommand(new Uint8Array(7))).toBe('long')
    for (const bytes of ['00003c000e10', '010265000e10', '01023c000000']) {
      expect(decodeLampCommand(bytesOf(bytes))).toBe('range')
    }
    expect(encodeLampCommand({ command: 1, levelPercent: 1, durationSeconds: 1 }, new Uint8Array(5))).toBe(0)
  })
})

describe('group setup', () => {
  const key = bytesOf('000102030405060708090a0b0c0d0e0f')

  test('is these bytes, and comes back', () => {
    const group = { address: 0xffa1b2c3, key, nextCounter: 0x80000001 }
    const bytes = write((into) => encodeGroupSetup(group, into))
    expect(bytes).toEqual(bytesOf('ffa1b2c3000102030405060708090a0b0c0d0e0f80000001'))
    expect(decodeGroupSetup(bytes)).toEqual(group)
  })

  test('is refused by name', () => {
    expect(decodeGroupSetup(new Uint8Array(23))).toBe('short')
    expect(decodeGroupSetup(new Uint8Array(25))).toBe('long')
    expect(encodeGroupSetup({ address: 1, key, nextCounter: 0 }, new Uint8Array(23))).toBe(0)
  })
})

test(`100,000 random downlinks and hellos never throw, seed ${seed}`, () => {
  const random = randomFrom(seed)
  for (let i = 0; i < 100_000; i++) {
    const bytes = randomBytes(random, 14)
    for (const decode of [decodeHello, decodeAcknowledgement, decodeLampCommand]) {
      const type = typeof decode(bytes)
      if (type !== 'object' && type !== 'string')
        throw new Error(`${type} of ${Buffer.from(bytes).toString('hex')}`)
    }
  }
})
