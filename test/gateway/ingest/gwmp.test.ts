/** Semtech's UDP protocol: what is read, what is refused and by what name, and that nothing makes the parser throw. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseDatagram,
  pullAck,
  pullResp,
  pushAck,
  TX_RESULTS,
  type Datagram,
} from '../../../gateway/ingest/gwmp.ts'
import { bytesOfBase64, parseRxpk } from '../../../gateway/ingest/rxpk.ts'
import { datagram, EXAMPLE, expectAllNamed, isNamed, NOW } from './datagrams.ts'

describe('datagrams', () => {
  test('PUSH_DATA with the frames it carries', () => {
    const read = parseDatagram(datagram(0, JSON.stringify({ rxpk: [EXAMPLE] })), NOW) as Datagram & {
      kind: 'pushData'
    }
    expect(read).toMatchObject({ kind: 'pushData', token: 0x1234, gateway: 'b827ebfffe010203', refused: [] })
    expect(read.received[0]!.reception).toEqual({
      gateway: 'b827ebfffe010203',
      tmst: 3512348611,
      frequencyHz: 866_349_812,
      spreadingFactor: 7,
      bandwidthHz: 125_000,
      rssiDbm: -35,
      snrDb: 5.1,
      receivedMs: NOW,
    })
    expect(read.received[0]!.phy).toHaveLength(32)
  })

  test('PUSH_DATA with a status only', () => {
    const status = JSON.stringify({ stat: { time: '2014-01-12 08:59:28 GMT', rxnb: 2, rxok: 2 } })
    expect(parseDatagram(datagram(0, status), NOW)).toMatchObject({ received: [], refused: [] })
  })

  test('one bad frame does not spoil the others', () => {
    const body = JSON.stringify({ rxpk: [EXAMPLE, { ...EXAMPLE, stat: -1 }, EXAMPLE] })
    const read = parseDatagram(datagram(0, body), NOW) as Datagram & { kind: 'pushData' }
    expect([read.received.length, read.refused]).toEqual([2, ['crc']])
  })

  test('PULL_DATA', () => {
    expect(parseDatagram(datagram(2), NOW)).toEqual({
      kind: 'pullData',
      token: 0x1234,
      gateway: 'b827ebfffe010203',
    })
  })

  for (const result of TX_RESULTS) {
    test(`TX_ACK with ${result}`, () => {
      expect(parseDatagram(datagram(5, JSON.stringify({ txpk_ack: { error: result } })), NOW)).toMatchObject({
        result,
      })
    })
  }

  test('TX_ACK without a body, without an error, and with a word nobody knows', () => {
    expect(parseDatagram(datagram(5), NOW)).toMatchObject({ result: 'NONE' })
    expect(parseDatagram(datagram(5, '{}'), NOW)).toMatchObject({ result: 'NONE' })
    expect(parseDatagram(datagram(5, '{"txpk_ack":{}}'), NOW)).toMatchObject({ result: 'NONE' })
    expect(parseDatagram(datagram(5, '{"txpk_ack":{"error":"TIRED"}}'), NOW)).toMatchObject({
      result: 'OTHER',
    })
  })

  const refused: [string, Uint8Array, string][] = [
    ['nothing', Uint8Array.of(), 'short'],
    ['half a header', Uint8Array.of(2, 0, 0), 'short'],
    ['half an EUI', datagram(0).subarray(0, 11), 'short'],
    ['version 1', Uint8Array.from([1, ...datagram(0).subarray(1)]), 'version'],
    ['an identifier of a server', datagram(3), 'identifier'],
    ['an identifier of nobody', datagram(9), 'identifier'],
    ['a PULL_DATA with a tail', datagram(2, '{}'), 'long'],
    ['a TX_ACK that is no JSON', datagram(5, '{'), 'json'],
    ['a TX_ACK that is no object', datagram(5, '[]'), 'shape'],
    ['a TX_ACK whose answer is no object', datagram(5, '{"txpk_ack":1}'), 'shape'],
  ]
  for (const [what, bytes, reason] of refused) {
    test(`${what} is refused: ${reason}`, () => expect(parseDatagram(bytes, NOW)).toBe(reason))
  }

  test('a bad body of a PUSH_DATA is named, and its token still known', () => {
    const of = (body: string | number[]): unknown => parseDatagram(datagram(0, body), NOW)
    expect(of('{"rxpk":')).toMatchObject({ token: 0x1234, error: 'json' })
    expect(of([0xff, 0xfe])).toMatchObject({ error: 'json' })
    expect(of('[]')).toMatchObject({ error: 'shape' })
    expect(of('null')).toMatchObject({ error: 'shape' })
    expect(of('{"rxpk":{}}')).toMatchObject({ error: 'shape' })
  })
})

describe('rxpk', () => {
  const wrong: [string, unknown][] = [
    ['shape', null],
    ['shape', 'rxpk'],
    ['crc', { ...EXAMPLE, stat: -1 }],
    ['crc', { ...EXAMPLE, stat: 0 }],
    ['modu', { ...EXAMPLE, modu: 'FSK', datr: 50000 }],
    ['modu', { ...EXAMPLE, modu: undefined }],
    ['datr', { ...EXAMPLE, datr: 50000 }],
    ['datr', { ...EXAMPLE, datr: 'SF13BW125' }],
    ['datr', { ...EXAMPLE, datr: 'SF7BW125 ' }],
    ['tmst', { ...EXAMPLE, tmst: -1 }],
    ['tmst', { ...EXAMPLE, tmst: 4294967296 }],
    ['tmst', { ...EXAMPLE, tmst: 1.5 }],
    ['freq', { ...EXAMPLE, freq: '921.4' }],
    ['freq', { ...EXAMPLE, freq: 0 }],
    ['rssi', { ...EXAMPLE, rssi: undefined }],
    ['lsnr', { ...EXAMPLE, lsnr: null }],
    ['data', { ...EXAMPLE, data: undefined }],
    ['data', { ...EXAMPLE, data: '' }],
    ['data', { ...EXAMPLE, data: 'AAAAA' }],
    ['data', { ...EXAMPLE, data: 'AA=' }],
    ['data', { ...EXAMPLE, data: 'A A=' }],
    ['data', { ...EXAMPLE, data: 'A'.repeat(344) }],
    ['size', { ...EXAMPLE, size: 31 }],
    ['size', { ...EXAMPLE, size: undefined }],
  ]
  for (const [reason, rxpk] of wrong) {
    test(`refused for ${reason}: ${JSON.stringify(rxpk).slice(-60)}`, () =>
      expect(parseRxpk(rxpk, 'aa', NOW)).toBe(reason))
  }

  test('without stat is taken for good', () => {
    const { stat, ...rest } = EXAMPLE
    expect([stat, typeof parseRxpk(rest, 'aa', NOW)]).toEqual([1, 'object'])
  })

  test('base64 with and without padding gives the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 255 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(Array.from(bytesOfBase64(text)!)).toEqual(Array.from(bytes))
        expect(Array.from(bytesOfBase64(text.replace(/=+$/, ''))!)).toEqual(Array.from(bytes))
      }),
      { numRuns: 500 },
    )
  })
})

describe('what the server sends', () => {
  test('acknowledgements repeat the token', () => {
    expect([...pushAck(0xbeef)]).toEqual([2, 0xbe, 0xef, 1])
    expect([...pullAck(0x00ff)]).toEqual([2, 0, 0xff, 4])
  })

  test('PULL_RESP', () => {
    const phy = Uint8Array.of(0x60, 1, 2, 3)
    const frame = {
      tmst: 4_294_967_295,
      frequencyHz: 921_400_000,
      powerDbm: 16,
      spreadingFactor: 10,
      bandwidthHz: 125_000,
      phy,
    }
    const bytes = pullResp(0x1234, frame)
    expect([...bytes.subarray(0, 4)]).toEqual([2, 0x12, 0x34, 3])
    expect(JSON.parse(Buffer.from(bytes.subarray(4)).toString())).toEqual({
      txpk: {
        imme: false,
        tmst: 4_294_967_295,
        freq: 921.4,
        rfch: 0,
        powe: 16,
        modu: 'LORA',
        datr: 'SF10BW125',
        codr: '4/5',
        ipol: true,
        ncrc: true,
        size: 4,
        data: 'YAECAw==',
      },
    })
  })
})

describe('any bytes at all', () => {
  test('2,000 random and mutated datagrams are read or refused by name', () => expectAllNamed(2_000))

  test('any JSON in place of a frame is read or refused by name', () => {
    const field = fc.constantFrom(
      'tmst',
      'freq',
      'stat',
      'modu',
      'datr',
      'rssi',
      'lsnr',
      'size',
      'data',
      '__proto__',
      'toString',
    )
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        isNamed(datagram(0, JSON.stringify({ rxpk: [{ ...EXAMPLE, [name]: value }, value] })))
      }),
      { numRuns: 5_000 },
    )
  })
})
