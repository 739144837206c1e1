/** The record with which a node with Wi-Fi finds its gateway: what it holds, and each way in which it can be wrong. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc16 } from '../../core/crc16.ts'
import {
  decodeNetworkSettings,
  encodeNetworkSettings,
  networkFault,
  type NetworkSettings,
} from '../../core/networkSettings.ts'

const SETTINGS: NetworkSettings = { ssid: 'Xa 12', password: 'mot hai ba', host: '192.168.1.2', port: 1883 }

/** A record with a right checksum. */
const sealed = (bytes: number[]): Uint8Array => {
  const crc = crc16(Uint8Array.from(bytes), 0, bytes.length)
  return Uint8Array.from([...bytes, crc >> 8, crc & 255])
}

describe('a record', () => {
  test('has the bytes of its layout', () => {
    const bytes = [1, 2, 104, 105, 0, 1, 97, 7, 91]
    expect([...encodeNetworkSettings({ ssid: 'hi', password: '', host: 'a', port: 1883 })]).toEqual([
      ...sealed(bytes),
    ])
  })

  test('gives back what it was given', () => {
    const bytes = (minLength: number, maxLength: number) =>
      fc.uint8Array({ minLength, maxLength }).map((all) => String.fromCharCode(...all))
    const host = fc
      .array(fc.constantFrom(...'abcxyzABZ0189.-'), { minLength: 1, maxLength: 64 })
      .map((all) => all.join(''))
    const any = fc.record({
      ssid: bytes(1, 32),
      password: fc.oneof(fc.constant(''), bytes(8, 63)),
      host,
      port: fc.integer({ min: 1, max: 65_535 }),
    })
    fc.assert(
      fc.property(any, (settings) => {
        expect(networkFault(settings)).toBeUndefined()
        expect(decodeNetworkSettings(encodeNetworkSettings(settings))).toEqual(settings)
      }),
    )
  })
})

test.each([
  ['ssid', { ssid: '' }],
  ['ssid', { ssid: 'x'.repeat(33) }],
  ['password', { password: '1234567' }],
  ['password', { password: 'x'.repeat(64) }],
  ['host', { host: '' }],
  ['host', { host: 'a b' }],
  ['host', { host: 'mqtt://x' }],
  ['host', { host: 'x'.repeat(65) }],
  ['port', { port: 0 }],
  ['port', { port: 65_536 }],
  ['port', { port: 1.5 }],
])('%s of %j is named', (field, change) => {
  expect(networkFault({ ...SETTINGS, ...change })).toBe(field)
})

describe('a record that is wrong', () => {
  const good = [...encodeNetworkSettings(SETTINGS)]
  const body = good.slice(0, -2)

  test.each([
    ['short', new Uint8Array(0)],
    ['short', Uint8Array.from(good.slice(0, 7))],
    ['long', new Uint8Array(200)],
    ['version', Uint8Array.from([2, ...good.slice(1)])],
    ['crc', Uint8Array.from(good.slice(0, -1))],
    ['crc', Uint8Array.from([...good.slice(0, 3), good[3]! ^ 1, ...good.slice(4)])],
    ['range', sealed([...body, 0])],
    ['range', sealed([1, 200, ...body.slice(2)])],
    ['range', sealed([1, 0, ...body.slice(7)])],
    ['range', sealed([...body.slice(0, -2), 0, 0])],
    ['range', sealed([1, 255, 255, 255, 255, 255])],
  ])('%s', (fault, record) => {
    expect(decodeNetworkSettings(record)).toBe(fault)
  })

  test('of any bytes is refused or is one that could be written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const settings = decodeNetworkSettings(sealed([1, ...bytes]))
        if (typeof settings !== 'string')
          expect([...encodeNetworkSettings(settings)]).toEqual([...sealed([1, ...bytes])])
      }),
      { numRuns: 5_000 },
    )
  })

  test('no single bit can change unseen', () => {
    for (let bit = 0; bit < good.length * 8; bit++) {
      const record = Uint8Array.from(good)
      record[bit >> 3]! ^= 1 << (bit & 7)
      expect(typeof decodeNetworkSettings(record)).toBe('string')
    }
  })
})
