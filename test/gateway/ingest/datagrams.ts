/** Datagrams of Semtech's UDP protocol: good ones, and any bytes at all, as many as a test wants. */
import fc from 'fast-check'
import { parseDatagram } from '../../../gateway/ingest/gwmp.ts'

const EUI = [0xb8, 0x27, 0xeb, 0xff, 0xfe, 0x01, 0x02, 0x03]
export const NOW = 1_800_000_000_000
export const datagram = (identifier: number, body: string | number[] = []): Uint8Array =>
  Uint8Array.from([
    2,
    0x12,
    0x34,
    identifier,
    ...EUI,
    ...(typeof body === 'string' ? Buffer.from(body) : body),
  ])

/** The example of PROTOCOL.TXT, section 4, with its unpadded data. */
export const EXAMPLE = {
  time: '2013-03-31T16:21:17.528002Z',
  tmst: 3512348611,
  chan: 2,
  rfch: 0,
  freq: 866.349812,
  stat: 1,
  modu: 'LORA',
  datr: 'SF7BW125',
  codr: '4/6',
  rssi: -35,
  lsnr: 5.1,
  size: 32,
  data: '-DS4CGaDCdG+48eJNM3Vai-zDpsR71Pn9CPA9uCON84',
}

/** Either a value or a name from the list: nothing else, and no exception. */
export function isNamed(bytes: Uint8Array): void {
  const read = parseDatagram(bytes, NOW)
  // No expect here: 100,000 of them take longer than what they look at.
  if (typeof read === 'string') {
    if (!['short', 'version', 'identifier', 'long', 'json', 'shape'].includes(read)) throw new Error(read)
    return
  }
  if (!/^[0-9a-f]{16}$/.test(read.gateway)) throw new Error(read.gateway)
  if (read.kind !== 'pushData') return
  for (const { reception, phy } of read.received) {
    if (!(phy.length > 0 && phy.length <= 255 && reception.tmst >= 0 && reception.tmst <= 0xffffffff))
      throw new Error('bounds')
  }
}

/** Mutated, random, and random behind a good header. */
export function expectAllNamed(datagrams: number): void {
  const whole = datagram(0, JSON.stringify({ rxpk: [EXAMPLE, { ...EXAMPLE, stat: -1 }], stat: {} }))
  const ack = datagram(5, '{"txpk_ack":{"error":"TOO_LATE"}}')
  const change = fc.tuple(fc.nat({ max: 600 }), fc.nat({ max: 255 }), fc.nat({ max: 2 }))
  const mutated = fc
    .tuple(fc.constantFrom(whole, ack, datagram(2)), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([from, changes]) => {
      let bytes = [...from]
      for (const [at, byte, how] of changes) {
        const place = at % bytes.length
        if (how === 0) bytes[place] = byte
        else if (how === 1) bytes.splice(place, 1 + (byte & 7))
        else bytes = [...bytes.slice(0, place), byte, ...bytes.slice(place)]
        if (bytes.length === 0) bytes = [byte]
      }
      return Uint8Array.from(bytes)
    })
  const random = fc.uint8Array({ maxLength: 40 })
  const headed = random.map((tail) => Uint8Array.from([...datagram(tail.length % 6), ...tail]))
  fc.assert(fc.property(mutated, isNamed), { numRuns: datagrams * 0.5 })
  fc.assert(fc.property(random, isNamed), { numRuns: datagrams * 0.2 })
  fc.assert(fc.property(headed, isNamed), { numRuns: datagrams * 0.3 })
}
