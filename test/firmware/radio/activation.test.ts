/** Over-the-air activation against core's network side, in virtual time. */
import { expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import { AT_DEV_NONCE } from '../../../firmware/radio/macState.ts'
import { bytes } from '../../core/lorawan/hex.ts'
import { Network } from './network.ts'
import { Bench, settings } from './node.ts'
import { joined, send } from './rig.ts'

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
  expect(bench.logs).toContain('accept refused')
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
  bench.nowMs += 60_000
  expect(bench.join(mac)).toBe(false)
  expect(bench.logs).toEqual(['accept refused'])
  expect(mac.joined()).toBe(true)
  network.accept.joinNonce = 2
  bench.answer = (uplink) => network.hear(uplink)
  bench.nowMs += 60_000
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

test('a bundle for another region ends the session, keeps the nonces, and sends on its own channels only', () => {
  const { bench } = joined()
  const moved = new Bench(eu868)
  const network = new Network(moved)
  network.accept.joinNonce = 2
  moved.flash = bench.flash
  moved.nowMs = bench.nowMs + 3_600_000
  const mac = moved.boot()
  expect(mac.joined()).toBe(false)
  expect(moved.join(mac)).toBe(true)
  expect(new DataView(moved.flash!.buffer).getUint16(AT_DEV_NONCE)).toBe(2)
  for (let i = 0; i < 10; i++) {
    moved.noise = i
    expect(send(moved, mac).sent).toBe(true)
  }
  for (const { modulation } of moved.uplinks) expect(eu868.channelsHz).toContain(modulation.frequencyHz)
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
