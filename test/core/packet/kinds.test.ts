/** Hello, health, acknowledgement, lamp command and mode there and back, and what each refuses. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeAcknowledgement,
  decodeHealth,
  decodeHello,
  decodeGroupSetup,
  decodeLampCommand,
  decodeMode,
  encodeAcknowledgement,
  encodeHealth,
  encodeHello,
  encodeGroupSetup,
  encodeLampCommand,
  type Health,
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

describe('health', () => {
  const health = (): Health => ({
    resetReason: 3,
    supply: 1,
    mode: 2,
    clock: 1,
    errors: 5,
    brownOuts: 2,
    crashes: 3,
    powerOns: 4,
    settingsVersion: 0x1beef,
    freeVariables: 703,
    batteryMillivolts: 3_700,
    held: 4_096,
  })

  test('is these bytes', () => {
    // 011 01 10 01 0101, 00000010 00000011 00000100, 1 beef, 001010111111, 10111001, 1000000000000, 0.
    expect(write((into) => encodeHealth(health(), into))).toEqual(bytesOf('6ca810182' + '6fbbcafee6000'))
  })

  test('comes back', () => {
    const any = fc.record({
      resetReason: fc.nat(6),
      supply: fc.nat(2),
      mode: fc.nat(2),
      clock: fc.nat(2),
      errors: fc.nat(15),
      brownOuts: fc.nat(255),
      crashes: fc.nat(255),
      powerOns: fc.nat(255),
      settingsVersion: fc.nat(0x1ffff),
      freeVariables: fc.nat(4095),
      batteryMillivolts: fc.nat(255).map((steps) => steps * 20),
      held: fc.nat(8191),
    })
    const holds = (each: Health): void => {
      const bytes = write((into) => encodeHealth({ ...each }, into))
      expect(bytes).toHaveLength(11)
      expect(decodeHealth(bytes)).toEqual({ ...each })
    }
    fc.assert(fc.property(any, holds), { seed })
  })

  test('stays at the highest where a count is more', () => {
    const many = { brownOuts: 999, crashes: 256, powerOns: 70_000, freeVariables: 16_383 }
    const given = { ...health(), ...many, batteryMillivolts: 9_999, held: 99_999 }
    expect(decodeHealth(write((into) => encodeHealth(given, into)))).toMatchObject({
      ...{ brownOuts: 255, crashes: 255, powerOns: 255, freeVariables: 4_095 },
      ...{ batteryMillivolts: 5_100, held: 8_191 },
    })
  })

  test('is refused by name', () => {
    const bytes = write((into) => encodeHealth(health(), into))
    for (let length = 0; length < bytes.length; length++)
      expect(decodeHealth(bytes.slice(0, length))).toBe('short')
    expect(decodeHealth(Uint8Array.from([...bytes, 0]))).toBe('long')
    for (const wrong of [{ resetReason: 7 }, { supply: 3 }, { mode: 3 }, { clock: 3 }])
      expect(decodeHealth(write((into) => encodeHealth({ ...health(), ...wrong }, into)))).toBe('range')
    expect(decodeHealth(bytes.map((byte, i) => (i === 10 ? byte | 1 : byte)))).toBe('range')
    expect(encodeHealth(health(), new Uint8Array(10))).toBe(0)
  })
})

describe('mode', () => {
  test('is one byte of two', () => {
    expect([...Array(256).keys()].map((byte) => decodeMode(Uint8Array.of(byte)))).toEqual([
      0,
      1,
      ...new Array<string>(254).fill('range'),
    ])
    expect(decodeMode(new Uint8Array(0))).toBe('short')
    expect(decodeMode(new Uint8Array(2))).toBe('long')
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
    for (const decode of [decodeHello, decodeHealth, decodeAcknowledgement, decodeLampCommand, decodeMode]) {
      const type = typeof decode(bytes)
      if (type !== 'object' && type !== 'number' && type !== 'string')
        throw new Error(`${type} of ${Buffer.from(bytes).toString('hex')}`)
    }
  }
})
