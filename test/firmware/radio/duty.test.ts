/** The law's share of time is kept, over sleep and over power cuts. */
import { describe, expect, test } from 'vitest'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import { in865 } from '../../../core/regions/in865.ts'
import type { Region } from '../../../core/regions/region.ts'
import { Network } from './network.ts'
import { Bench } from './node.ts'

const PAYLOAD = new Uint8Array(11)

function joined(bench = new Bench()) {
  const network = new Network(bench)
  const mac = bench.boot()
  bench.join(mac)
  return { bench, network, mac }
}

test('1 %: after 370.7 ms the band rests until 37.1 s have passed, rounded up to a second', () => {
  const { bench, mac } = joined()
  const [join] = bench.uplinks
  const freeMs = bench.nowMs + mac.waitMs()
  expect(freeMs - join!.startMs).toBeGreaterThanOrEqual(37_068.8)
  expect(freeMs - join!.startMs).toBeLessThan(38_069)
  expect(bench.uplink(mac, 1, PAYLOAD)).toEqual({ sent: false })
  bench.nowMs = freeMs - 1
  expect(bench.uplink(mac, 1, PAYLOAD)).toEqual({ sent: false })
  bench.nowMs = freeMs
  expect(mac.waitMs()).toBe(0)
  expect(bench.uplink(mac, 1, PAYLOAD).sent).toBe(true)
})

test('a join waits as well', () => {
  const bench = new Bench()
  const network = new Network(bench)
  network.spoil = (frame) => frame.subarray(1)
  const mac = bench.boot()
  expect(mac.waitMs()).toBe(0)
  bench.join(mac)
  expect(mac.waitMs()).toBeGreaterThan(30_000)
  bench.join(mac)
  expect(bench.uplinks.length).toBe(1)
})

test('1,000 uplinks as fast as is allowed stay under 1 % of any stretch', () => {
  const { bench, mac: first } = joined()
  let mac = first
  for (let i = 0; i < 1_000; i++) {
    if (i % 3 === 0) mac = bench.boot()
    bench.nowMs += mac.waitMs()
    expect(bench.uplink(mac, 1, PAYLOAD.subarray(i % 12)).sent).toBe(true)
  }
  bench.uplinks.slice(1).forEach((uplink, i) => {
    const before = bench.uplinks[i]!
    expect(uplink.startMs - before.startMs).toBeGreaterThanOrEqual(100 * (before.endMs - before.startMs))
  })
})

describe('over a restart', () => {
  test('sleep keeps the clock, so the wait goes on', () => {
    const { bench, mac } = joined()
    const left = mac.waitMs()
    bench.nowMs += 10_000
    expect(bench.boot().waitMs()).toBe(left - 10_000)
  })

  test('a power cut loses the clock, so all that was left when it was saved is waited for again', () => {
    const bench = new Bench()
    bench.nowMs = 5_000_000
    const { mac } = joined(bench)
    const left = mac.waitMs()
    bench.nowMs = 400
    const again = bench.boot().waitMs()
    expect(again).toBeGreaterThanOrEqual(left - 1_000)
    expect(again).toBeLessThan(40_000)
  })

  test('a wait that was over stays over', () => {
    const bench = new Bench()
    bench.nowMs = 5_000_000
    const { mac } = joined(bench)
    bench.nowMs += mac.waitMs() + 60_000
    bench.uplink(mac, 1, PAYLOAD)
    const silent = bench.boot()
    bench.nowMs = 0
    expect(silent.waitMs()).toBeGreaterThan(30_000)
    const rebooted = bench.boot()
    bench.nowMs = 50_000
    expect(rebooted.waitMs()).toBe(0)
  })
})

test('EU868: each band has its own share', () => {
  const bench = new Bench(eu868)
  const network = new Network(bench)
  network.accept.channelHz = [867_100_000]
  const mac = bench.boot()
  bench.join(mac)
  // The join used 868.0 to 868.6; the accept brought a channel of another band.
  expect(mac.waitMs()).toBe(0)
  expect(bench.uplink(mac, 1, PAYLOAD).sent).toBe(true)
  expect(bench.uplinks[1]!.modulation.frequencyHz).toBe(867_100_000)
  expect(mac.waitMs()).toBeGreaterThan(25_000)
})

describe('joins that nobody answers', () => {
  /** Airtime in seconds of the joins that begin within a stretch of hours since power-on. */
  function airtimeSeconds(bench: Bench, fromHours: number, toHours: number): number {
    const within = bench.uplinks.filter(
      ({ startMs }) => startMs >= fromHours * 3_600_000 && startMs < toHours * 3_600_000,
    )
    return within.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / 1000
  }

  function tireless(region: Region, hours: number): Bench {
    const bench = new Bench(region)
    for (let mac = bench.boot(); bench.nowMs < hours * 3_600_000; mac = bench.boot()) {
      bench.join(mac)
      bench.nowMs += mac.waitMs()
    }
    return bench
  }

  test.each([as923_2, eu868, in865])(
    '$name: 36 s in the first hour, 36 s in ten more, then 8.7 s a day',
    (region) => {
      const bench = tireless(region, 36 + 3 * 24)
      expect(airtimeSeconds(bench, 0, 1)).toBeLessThanOrEqual(36)
      expect(airtimeSeconds(bench, 1, 11)).toBeLessThanOrEqual(36)
      expect(airtimeSeconds(bench, 0, 1)).toBeGreaterThan(30)
      for (let hour = 11; hour < 11 + 72; hour += 24)
        expect(airtimeSeconds(bench, hour, hour + 24)).toBeLessThanOrEqual(8.7)
    },
  )

  test('the limit is not for what follows an accept', () => {
    const bench = new Bench(in865)
    const network = new Network(bench)
    bench.nowMs = 100 * 3_600_000
    const mac = bench.boot()
    expect(bench.join(mac)).toBe(true)
    expect(mac.waitMs()).toBe(0)
    expect(bench.uplink(mac, 1, PAYLOAD).sent).toBe(true)
    expect(network.frames.length).toBe(1)
  })

  test('power that comes back begins it anew', () => {
    const bench = tireless(in865, 20)
    expect(bench.boot().waitMs()).toBe(0)
    const waiting = new Bench(in865)
    waiting.nowMs = 20 * 3_600_000
    waiting.join(waiting.boot())
    expect(waiting.boot().waitMs()).toBeGreaterThan(3_600_000)
    waiting.nowMs = 0
    expect(waiting.boot().waitMs()).toBe(0)
  })
})
