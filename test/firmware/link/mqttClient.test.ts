/** The MQTT client against a broker that the test speaks for, byte by byte: what it says, what it takes, and how long it waits. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { ANSWER_MS, disconnect, isOpen, PING_MS, publish } from '../../../firmware/link/mqttClient.ts'
import {
  answers,
  call,
  client,
  clock,
  CONNACK,
  CREDENTIALS,
  field,
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

describe('a connection', () => {
  test('is opened with will and credentials, then one subscription', () => {
    call()
    expect([network.line.host, network.line.port, network.line.take()]).toEqual(['10.0.0.1', 1883, []])
    network.line.events.opened()
    const body = [
      ...[...field('MQTT'), 4, 0b1100_1110, 0, 60],
      ...field(CREDENTIALS.id),
      ...[...field(`${TOPICS}will`), 0, 1, 0],
      ...[...field(CREDENTIALS.id), ...field(CREDENTIALS.password)],
    ]
    expect(network.line.take()).toEqual([0x10, body.length, ...body])
    network.line.say(...CONNACK)
    expect(network.line.take()).toEqual([0x82, 36, 0, 1, ...field(`${TOPICS}down`), 1])
    expect([isOpen(client), answers]).toEqual([false, []])
    network.line.say(...SUBACK)
    expect([isOpen(client), answers]).toEqual([true, [true]])
  })

  test('takes its packets wherever they are cut, and several in one piece', () => {
    call()
    network.line.events.opened()
    const all = [...CONNACK, ...SUBACK, ...message(7, [1, 2]), ...message(8, []), ...message(9, [3])]
    for (const byte of all) network.line.say(byte)
    expect(heard).toEqual([[1, 2], [], [3]])
    call()
    network.line.events.opened()
    network.line.say(...CONNACK)
    network.line.say(0x90, 3, 0, 2, 0, ...message(7, [1, 2]), ...message(8, []).slice(0, 5))
    network.line.say(...message(8, []).slice(5), ...message(9, [3]))
    expect(heard.slice(3)).toEqual([[1, 2], [], [3]])
  })

  test('any cutting of the same bytes is the same conversation', () => {
    const bytes = [...CONNACK, ...SUBACK, ...message(7, [1, 2, 3]), ...message(300, [4]), ...message(9, [5])]
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), (sizes) => {
        heard.length = 0
        client.packetId = 0
        call()
        network.line.events.opened()
        network.line.take()
        let at = 0
        for (const size of [...sizes, bytes.length]) {
          if (at < bytes.length) network.line.say(...bytes.slice(at, at + size))
          at += size
        }
        expect(heard).toEqual([[1, 2, 3], [4], [5]])
        const said = network.line.take()
        expect(said.slice(-12)).toEqual([0x40, 2, 0, 7, 0x40, 2, 1, 44, 0x40, 2, 0, 9])
      }),
    )
  })

  test('stays open by pings, and ends when one is not answered', () => {
    open()
    clock.pass(PING_MS)
    expect(network.line.take()).toEqual([0xc0, 0])
    network.line.say(0xd0, 0)
    clock.pass(PING_MS - 1)
    expect(network.line.take()).toEqual([])
    clock.pass(1)
    expect(network.line.take()).toEqual([0xc0, 0])
    clock.pass(ANSWER_MS)
    expect([isOpen(client), lost, network.line.ended, clock.waiting]).toEqual([false, 1, true, 0])
  })

  test('ends with a word, and then nobody is called', () => {
    open()
    publish(client, Uint8Array.of(1), (good) => answers.push(good))
    network.line.take()
    disconnect(client)
    expect([network.line.take(), network.line.ended]).toEqual([[0xe0, 0], true])
    network.line.events.closed()
    clock.pass(100_000)
    expect([answers, lost, isOpen(client), clock.waiting]).toEqual([[], 0, false, 0])
  })

  test('that is begun anew hears nothing of the one before', () => {
    open()
    const before = network.line
    call()
    before.say(...message(1, [9]))
    before.events.closed()
    before.events.opened()
    expect([heard, lost, before.ended, network.line.take()]).toEqual([[], 0, true, []])
    network.line.events.opened()
    expect(network.line.take().length).toBeGreaterThan(0)
  })
})

describe('a message', () => {
  test('of the node is taken when the broker says so', () => {
    open()
    publish(client, Uint8Array.of(5, 6), (good) => answers.push(good))
    expect(network.line.take()).toEqual([0x32, 35, ...field(`${TOPICS}up`), 0, 2, 5, 6])
    publish(client, Uint8Array.of(7), (good) => answers.push(good))
    expect([answers, network.line.take()]).toEqual([[false], []])
    network.line.say(0x40, 2, 0, 2)
    expect(answers).toEqual([false, true])
  })

  test('of 255 bytes has a length of two bytes, and ids go round without 0', () => {
    open()
    client.packetId = 0xffff
    publish(client, new Uint8Array(255), () => undefined)
    expect(network.line.take().slice(0, 3)).toEqual([0x32, (288 & 127) | 128, 288 >> 7])
    network.line.say(0x40, 2, 0, 1)
    expect(isOpen(client)).toBe(true)
  })

  test('that is not taken in time ends the connection', () => {
    open()
    publish(client, Uint8Array.of(5), (good) => answers.push(good))
    clock.pass(ANSWER_MS - 1)
    expect(answers).toEqual([])
    clock.pass(1)
    expect([answers, lost, network.line.ended]).toEqual([[false], 1, true])
  })

  test('cannot go out on a closed connection', () => {
    publish(client, Uint8Array.of(5), (good) => answers.push(good))
    expect(answers).toEqual([false])
  })

  test('to the node is acknowledged after it was heard, and not at all with QoS 0', () => {
    open()
    const order: string[] = []
    Object.assign(client, { heard: () => order.push(`heard, ${network.line.sent.length} sent`) })
    network.line.say(...message(513, [1]))
    expect([order, network.line.take()]).toEqual([['heard, 0 sent'], [0x40, 2, 2, 1]])
    network.line.say(...message(0, [1], `${TOPICS}down`, 0x30))
    expect(network.line.take()).toEqual([])
  })

  test('to the node that ends the connection is not acknowledged on the next one', () => {
    open()
    const before = network.line
    Object.assign(client, { heard: () => call() })
    before.say(...message(1, [1]), ...message(2, [1]))
    expect([before.sent, network.lines.length, network.line.sent]).toEqual([[], 2, []])
  })
})

describe('silence', () => {
  test.each([
    ['nobody accepts', () => undefined],
    ['accepts and says nothing', () => network.line.events.opened()],
    ['says nothing to the subscription', () => (network.line.events.opened(), network.line.say(...CONNACK))],
    ['begins a packet and does not end it', () => (network.line.events.opened(), network.line.say(0x20))],
  ])('%s: given up after its time', (_, act) => {
    call()
    act()
    clock.pass(ANSWER_MS - 1)
    expect(answers).toEqual([])
    clock.pass(1)
    expect([answers, lost, network.line.ended, clock.waiting]).toEqual([[false], 1, true, 0])
  })

  test('no way at all is known at once', () => {
    network.reachable = false
    call()
    expect([answers, lost]).toEqual([[false], 1])
  })

  test('a connection that closes is told once', () => {
    open()
    publish(client, Uint8Array.of(5), (good) => answers.push(good))
    network.line.events.closed()
    network.line.events.closed()
    expect([answers, lost]).toEqual([[false], 1])
  })
})
