/** The device MAC against core's network side, in virtual time. */
import { describe, expect, test } from 'vitest'
import { encodeDeviceTimeAns } from '../../../core/lorawan/commands.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import type { Mac } from '../../../firmware/radio/mac.ts'
import { AT_COUNTER_DOWN, AT_COUNTER_UP, AT_DEV_NONCE } from '../../../firmware/radio/macState.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { Bench, settings } from './node.ts'
import { Network } from './network.ts'

const NONE = new Uint8Array(0)
const HELLO = bytes('0102030405060708090a0b')

function joined(bench = new Bench()): { bench: Bench; network: Network; mac: Mac } {
  const network = new Network(bench)
  const mac = bench.boot()
  expect(bench.join(mac)).toBe(true)
  return { bench, network, mac }
}

/** Waits as the law wants, then sends. */
function send(bench: Bench, mac: Mac, payload = HELLO, port = 1) {
  bench.nowMs += mac.waitMs()
  return bench.uplink(mac, port, payload)
}

describe('join', () => {
  test('in the first window: DevNonce 0 at SF10, five seconds after the end', () => {
    const { bench, mac } = joined()
    expect(mac.joined()).toBe(true)
    const [uplink] = bench.uplinks
    expect(uplink!.modulation).toEqual({
      frequencyHz: 921_400_000,
      spreadingFactor: 10,
      bandwidthHz: 125_000,
    })
    expect(uplink!.powerDbm).toBe(14)
    expect(bench.windows.length).toBe(1)
    // 9 symbols of 8.192 ms around the preamble's middle, 3 ms earlier for waking: 5,000 - 4.096 - 3.
    expect(bench.windows[0]!.symbols).toBe(9)
    expect(bench.windows[0]!.openMs - uplink!.endMs).toBeCloseTo(4_992.904, 6)
    expect(bench.asleep).toBe(true)
  })

  test('in the second window', () => {
    const bench = new Bench()
    const network = new Network(bench)
    network.window = 2
    const mac = bench.boot()
    bench.noise = 1
    expect(bench.join(mac)).toBe(true)
    expect(bench.windows.map((window) => window.modulation.frequencyHz)).toEqual([921_600_000, 921_400_000])
    expect(bench.windows[1]!.openMs - bench.uplinks[0]!.endMs).toBeCloseTo(5_992.904, 6)
  })

  test('channels of the accept are used, by chance', () => {
    const bench = new Bench()
    const network = new Network(bench)
    network.accept.channelHz = [920_400_000, 920_600_000, 0, 921_000_000, 500_000_000]
    const mac = bench.boot()
    expect(bench.join(mac)).toBe(true)
    const used = new Set<number>()
    for (let i = 0; i < 5; i++) {
      bench.noise = i ? i : -1
      expect(send(bench, mac).sent).toBe(true)
      used.add(bench.uplinks.at(-1)!.modulation.frequencyHz)
    }
    expect([...used].sort()).toEqual([920_400_000, 920_600_000, 921_000_000, 921_400_000, 921_600_000])
  })

  test('a wrong code is no accept, and the second window still opens', () => {
    const bench = new Bench()
    const network = new Network(bench)
    network.spoil = (frame) => frame.map((byte, i) => (i === 5 ? byte ^ 1 : byte))
    const mac = bench.boot()
    expect(bench.join(mac)).toBe(false)
    expect(bench.windows.length).toBe(2)
    expect(mac.joined()).toBe(false)
  })

  test.each([
    [-60, false],
    [-18, true],
    [18, true],
    [60, false],
  ])('an accept %i ms off its time: heard %s', (lateMs, heard) => {
    const bench = new Bench()
    const network = new Network(bench)
    network.lateMs = lateMs
    expect(bench.join(bench.boot())).toBe(heard)
  })

  test('a node whose program is 1.2 s late misses its windows and says so', () => {
    const bench = new Bench()
    new Network(bench)
    bench.lateMs = 1_200
    expect(bench.join(bench.boot())).toBe(false)
  })

  test('a node that is 20 ms late at each step still hears', () => {
    const bench = new Bench()
    new Network(bench)
    bench.lateMs = 20
    expect(bench.join(bench.boot())).toBe(true)
  })

  test('an old accept played back is refused', () => {
    const { bench, network, mac } = joined()
    const old = sealJoinAccept(tableAes, settings.appKey, network.accept)
    bench.answer = (uplink) => network.reply(uplink, old, 5)
    bench.nowMs += mac.waitMs()
    expect(bench.join(mac)).toBe(false)
    expect(mac.joined()).toBe(true)
    network.accept.joinNonce = 2
    bench.answer = (uplink) => network.hear(uplink)
    bench.nowMs += mac.waitMs()
    expect(bench.join(mac)).toBe(true)
    expect(network.devNonces).toEqual([0, 2])
  })

  test('joining again begins a new session', () => {
    const { bench, network, mac } = joined()
    send(bench, mac)
    network.accept.joinNonce = 2
    network.accept.devAddr = 0x26000002
    bench.nowMs += mac.waitMs()
    expect(bench.join(mac)).toBe(true)
    expect(send(bench, mac).sent).toBe(true)
    expect(network.frames.map((frame) => [frame.devAddr, frame.counter])).toEqual([
      [0x26000001, 0],
      [0x26000002, 0],
    ])
  })

  test('the last nonce is kept unused', () => {
    const bench = new Bench()
    new Network(bench)
    bench.join(bench.boot())
    new DataView(bench.flash!.buffer).setUint16(AT_DEV_NONCE, 0xfffe)
    const mac = bench.boot()
    bench.nowMs += 1_000_000
    bench.join(mac)
    bench.nowMs += 1_000_000
    expect(bench.join(mac)).toBe(false)
    expect(bench.uplinks.length).toBe(2)
  })

  test('a silent or missing radio ends the attempt', () => {
    const bench = new Bench()
    new Network(bench)
    const mac = bench.boot()
    bench.radioAnswers = false
    expect(bench.join(mac)).toBe(false)
    expect(bench.uplinks).toEqual([])
    bench.radioAnswers = bench.radioSilent = true
    expect(bench.join(mac)).toBe(false)
    bench.radioSilent = false
    bench.nowMs += mac.waitMs()
    expect(bench.join(mac)).toBe(true)
  })

  test('another AppKey begins anew, so a node that is provisioned again does not keep an old session', () => {
    const { bench } = joined()
    const keys = settings.appKey
    try {
      settings.appKey = bytes('ff'.repeat(16))
      expect(bench.boot().joined()).toBe(false)
    } finally {
      settings.appKey = keys
    }
    expect(bench.boot().joined()).toBe(true)
  })

  test('EU868: second window at SF12, every other attempt at SF12', () => {
    const bench = new Bench(eu868)
    const network = new Network(bench)
    network.window = 2
    const mac = bench.boot()
    expect(bench.join(mac)).toBe(true)
    expect(bench.windows[1]!.modulation).toEqual({
      frequencyHz: 869_525_000,
      spreadingFactor: 12,
      bandwidthHz: 125_000,
    })
    expect(mac.payloadBytesMax()).toBe(51)
    bench.nowMs += 1_000_000
    bench.join(mac)
    expect(bench.uplinks.map((uplink) => uplink.modulation.spreadingFactor)).toEqual([10, 12])
  })
})

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
    [16_383, true],
    [16_384, false],
    [40_000, false],
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

describe('time', () => {
  test('the answer tells when the uplink ended', () => {
    const { bench, network, mac } = joined()
    mac.askTime()
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
    mac.askTime()
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
