/** Uplinks and downlinks of the device MAC against core's network side, in virtual time. */
import { describe, expect, test } from 'vitest'
import { encodeDeviceTimeAns } from '../../../core/lorawan/commands.ts'
import { in865 } from '../../../core/regions/in865.ts'
import { ASK_TIME } from '../../../firmware/radio/mac.ts'
import { AT_COUNTER_DOWN, AT_COUNTER_UP } from '../../../firmware/radio/macState.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { Network } from './network.ts'
import { Bench } from './node.ts'
import { HELLO, joined, send } from './rig.ts'

const NONE = new Uint8Array(0)

describe('uplinks and downlinks', () => {
  test('an uplink opens at the network; both windows are listened at', () => {
    const { bench, network, mac } = joined()
    expect(send(bench, mac, HELLO, 3)).toEqual({ sent: true })
    expect(network.frames[0]).toMatchObject({ counter: 0, port: 3, adr: true, confirmed: false })
    expect(hex(network.frames[0]!.payload)).toBe(hex(HELLO))
    const [, first, second] = bench.windows
    expect(first!.openMs - bench.uplinks[1]!.endMs).toBeCloseTo(992.904, 6)
    expect(second!.openMs - bench.uplinks[1]!.endMs).toBeCloseTo(1_992.904, 6)
  })

  test.each([1, 2] as const)('a downlink in window %i reaches the application', (window) => {
    const { bench, network, mac } = joined()
    network.window = window
    network.queue.push({ port: 2, payload: bytes('c0ffee') })
    expect(send(bench, mac)).toEqual({ sent: true, received: { port: 2, payload: bytes('c0ffee') } })
  })

  test('a delay of three seconds by the accept is kept', () => {
    const bench = new Bench()
    const network = new Network(bench)
    network.accept.rxDelaySeconds = 3
    const mac = bench.boot()
    bench.join(mac)
    network.queue.push({ port: 2, payload: bytes('01') })
    expect(send(bench, mac).received).toBeDefined()
  })

  test('a replayed downlink is refused, after a reboot too', () => {
    const { bench, network, mac } = joined()
    const frame = network.seal({ port: 2, payload: bytes('01') })
    bench.answer = (uplink) => network.reply(uplink, frame, 1)
    expect(send(bench, mac).received).toBeDefined()
    expect(send(bench, mac)).toEqual({ sent: true })
    expect(send(bench, bench.boot())).toEqual({ sent: true })
  })

  test.each([
    [16_384, true],
    [65_535, true],
    [65_536, false],
    [100_000, false],
  ])('a downlink counter that jumps by %i: taken %s', (gap, taken) => {
    const { bench, network, mac } = joined()
    bench.answer = (uplink) => network.reply(uplink, network.seal({ port: 2, payload: bytes('01') }, gap), 1)
    expect('received' in send(bench, mac)).toBe(taken)
  })

  test('a downlink for another node, an uplink of a neighbour and noise are not taken', () => {
    const { bench, network, mac } = joined()
    const own = network.seal({ port: 2, payload: bytes('01') })
    const stranger = new Uint8Array(own)
    stranger[1]! ^= 1
    const uplink = new Uint8Array(own)
    uplink[0] = 0x40
    for (const frame of [stranger, uplink, bytes('00'), bytes('ff'.repeat(40)), own.subarray(0, 11)]) {
      bench.answer = (up) => network.reply(up, frame, 1)
      expect(send(bench, mac)).toEqual({ sent: true })
    }
  })

  test('counters of both directions pass 65,535', () => {
    const { bench, network } = joined()
    const state = new DataView(bench.flash!.buffer)
    state.setUint32(AT_COUNTER_UP, 65_535)
    state.setUint32(AT_COUNTER_DOWN, 65_535)
    network.counterUp = network.counterDown = 65_535
    const mac = bench.boot()
    for (let i = 0; i < 3; i++) {
      network.queue.push({ port: 2, payload: bytes('0' + i) })
      expect(send(bench, mac).received?.payload).toEqual(bytes('0' + i))
    }
    expect(network.frames.map((frame) => frame.counter)).toEqual([65_535, 65_536, 65_537])
  })

  test('the last counter is kept unused', () => {
    const { bench } = joined()
    new DataView(bench.flash!.buffer).setUint32(AT_COUNTER_UP, 0xffffffff)
    expect(send(bench, bench.boot())).toEqual({ sent: false })
  })

  test('a confirmed downlink is acknowledged once, after a reboot too', () => {
    const { bench, network, mac } = joined()
    network.queue.push({ port: 2, payload: bytes('01'), confirmed: true })
    send(bench, mac)
    const again = bench.boot()
    send(bench, again)
    send(bench, again)
    expect(network.frames.map((frame) => frame.ack)).toEqual([false, true, false])
  })

  test('nothing is sent before joining, while busy, or without a radio', () => {
    const fresh = new Bench()
    expect(fresh.uplink(fresh.boot(), 1, HELLO)).toEqual({ sent: false })
    const { bench, mac } = joined()
    bench.nowMs += mac.waitMs()
    const results: boolean[] = []
    mac.send(1, HELLO, (result) => results.push(result.sent))
    mac.send(1, HELLO, (result) => results.push(result.sent))
    mac.join((result) => results.push(result))
    bench.run()
    expect(results).toEqual([false, false, true])
    bench.radioAnswers = false
    expect(send(bench, mac)).toEqual({ sent: false })
    bench.radioAnswers = bench.radioSilent = true
    expect(send(bench, mac)).toEqual({ sent: false })
  })
})

test.each([
  [0, 3_000],
  [2_000, 5_000],
])(
  'an unacknowledged uplink goes again 1 to 3 s behind RX2, by chance (%i): after %i ms',
  (noise, afterMs) => {
    const bench = new Bench(in865)
    const { network, mac } = joined(bench)
    network.queue.push({ options: bytes('0352070002') })
    send(bench, mac)
    bench.noise = noise
    bench.nowMs += mac.waitMs()
    bench.uplink(mac, 1, HELLO, true)
    const [first, second] = bench.uplinks.slice(-2)
    expect(second!.startMs - first!.endMs).toBeCloseTo(afterMs, 0)
  },
)

describe('time', () => {
  test('the answer tells when the uplink ended', () => {
    const { bench, network, mac } = joined()
    mac.ask(ASK_TIME)
    const unixMs = 1_780_000_000_500
    network.queue.push({ options: encodeDeviceTimeAns(unixMs) })
    send(bench, mac, bytes('00'))
    expect(hex(network.frames[0]!.options)).toBe('0d')
    expect(bench.times).toEqual([[1_780_000_000, bench.uplinks[1]!.endMs - 500]])
    send(bench, mac, bytes('00'))
    expect(network.frames[1]!.options).toEqual(NONE)
  })

  test('it is asked for again until it comes, and never in place of a payload', () => {
    const { bench, network, mac } = joined()
    mac.ask(ASK_TIME)
    send(bench, mac, HELLO)
    expect(mac.payloadBytesMax()).toBe(11)
    expect(network.frames[0]!.options).toEqual(NONE)
    send(bench, mac, bytes('00'))
    send(bench, mac, bytes('00'))
    expect(network.frames.slice(1).map((frame) => hex(frame.options))).toEqual(['0d', '0d'])
  })

  test('an answer nobody asked for is not taken', () => {
    const { bench, network, mac } = joined()
    network.queue.push({ options: encodeDeviceTimeAns(1_780_000_000_000) })
    send(bench, mac)
    expect(bench.times).toEqual([])
  })
})
