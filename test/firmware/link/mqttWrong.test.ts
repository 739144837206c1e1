/** What a broker must not say to the MQTT client: each ends the connection, none more than that. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { disconnect, isOpen } from '../../../firmware/link/mqttClient.ts'
import { PACKET_BYTES_MAX } from '../../../firmware/link/mqttPacket.ts'
import {
  answers,
  ascii,
  call,
  client,
  clock,
  CONNACK,
  fresh,
  heard,
  lost,
  message,
  network,
  open,
  SUBACK,
  TOPICS,
} from './clientRig.ts'

beforeEach(fresh)

/** Each ends an open connection. */
const WRONG: [string, number[]][] = [
  ['CONNACK again', CONNACK],
  ['SUBACK again', SUBACK],
  ['PUBACK of nothing', [0x40, 2, 0, 1]],
  ['PINGRESP without a ping', [0xd0, 0]],
  ['a packet for brokers', [0xc0, 0]],
  ['a packet type that does not exist', [0xf0, 0]],
  ['type 0', [0, 0]],
  ['a PUBACK with flags', [0x42, 2, 0, 1]],
  ['QoS 2', message(1, [1], `${TOPICS}down`, 0x34)],
  ['QoS 3', message(1, [1], `${TOPICS}down`, 0x36)],
  ['another topic', message(1, [1], 'fieldnode/0102030405060709/down')],
  ['a topic that is longer than its packet', [0x32, 4, 255, 255, 1, 1]],
  [
    'a PUBLISH without room for its id',
    message(1, [])
      .slice(0, -2)
      .map((byte, i) => (i === 1 ? byte - 2 : byte)),
  ],
  ['a PUBLISH of one byte', [0x32, 1, 0]],
  ['a packet that is too long', [0x32, ((PACKET_BYTES_MAX - 2) & 127) | 128, (PACKET_BYTES_MAX - 2) >> 7, 0]],
  ['a length of three bytes', [0x32, 0x80, 0x80, 1]],
  ['a length of four bytes', [0x32, 0xff, 0xff, 0xff, 0x7f]],
  ['HTTP', ascii('HTTP/1.1 400 Bad Request\r\n'.padEnd(100, 'x'))],
]

describe('wrong bytes', () => {
  test.each(WRONG)('%s: the connection ends, and another one works', (_, bytes) => {
    open()
    network.line.say(...bytes)
    expect([isOpen(client), lost, network.line.ended, heard]).toEqual([false, 1, true, []])
    client.packetId = 0
    open()
    network.line.say(...message(4, [1]))
    expect(heard).toEqual([[1]])
  })

  test.each([
    ['bad credentials', [[0x20, 2, 0, 4]]],
    ['a CONNACK that is too long', [[0x20, 3, 0, 0, 0]]],
    ['a SUBACK first', [SUBACK]],
    ['a message first', [message(1, [1])]],
    ['a subscription that is refused', [CONNACK, [0x90, 3, 0, 1, 0x80]]],
    ['a SUBACK of another', [CONNACK, [0x90, 3, 0, 2, 1]]],
    ['a message before the subscription', [CONNACK, message(1, [1])]],
  ])('%s: refused', (_, packets) => {
    call()
    network.line.events.opened()
    for (const packet of packets) network.line.say(...packet)
    expect([answers, lost, network.line.ended, heard]).toEqual([[false], 1, true, []])
  })

  test('the longest packet is taken', () => {
    open()
    const payload = new Array<number>(PACKET_BYTES_MAX - 3 - 35).fill(1)
    const [flags, , ...body] = message(1, payload)
    network.line.say(flags!, (body.length & 127) | 128, body.length >> 7, ...body)
    expect([heard.length, isOpen(client)]).toEqual([1, true])
  })

  test('of any kind never throw, and leave no timer behind a closed connection', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 40 }),
            fc.constantFrom(
              ...WRONG.map(([, b]) => Uint8Array.from(b)),
              Uint8Array.from(CONNACK),
              Uint8Array.from(SUBACK),
            ),
          ),
          { maxLength: 8 },
        ),
        (chunks) => {
          client.packetId = 0
          call()
          network.line.events.opened()
          const { line } = network
          for (const chunk of chunks) if (chunk.length > 0) line.events.received(chunk)
          if (!line.ended) disconnect(client)
          expect([line.ended, clock.waiting]).toEqual([true, 0])
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
