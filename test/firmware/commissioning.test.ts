/** The cadence of a node's first minutes: fast, slower, then as its profile says, and always with an end. */
import { describe, expect, test, vi } from 'vitest'
import { DOWNLINK_PORT, MODE } from '../../core/packet/index.ts'
import { Bed } from './bed.ts'
import { onRiver } from './river.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000

describe('commissioning', () => {
  /** Seconds between the samples stored from `fromMs` on, in their order. */
  const gaps = (bed: Bed, fromMs: number): number[] => {
    const times = [...bed.stored.get(bed.epoch!)!].sort((a, b) => a[0] - b[0]).map(([, { atMs }]) => atMs)
    const late = times.filter((atMs) => atMs >= fromMs)
    return late.slice(1).map((atMs, i) => Math.round((atMs - late[i]!) / 1000))
  }

  const near = (seconds: number): { asymmetricMatch(got: unknown): boolean } => ({
    asymmetricMatch: (got) => typeof got === 'number' && Math.abs(got - seconds) <= 3,
  })

  test('is 20 s for ten minutes, one minute for ten, then as the profile says', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    const taken: [minutes: number, samples: number][] = []
    for (const minutes of [10, 20, 80]) {
      bed.run(minutes * 60_000)
      taken.push([minutes, river.taken])
    }
    expect(taken).toEqual([
      [10, 31],
      [20, 41],
      [80, 47],
    ])
    bed.run(3 * HOUR_MS)
    const found = gaps(bed, 0)
    expect(found.slice(1, 29)).toEqual(new Array(28).fill(near(20)))
    expect(found.slice(31, 39)).toEqual(new Array(8).fill(near(60)))
    expect(found.slice(41)).toEqual(new Array(found.length - 41).fill(near(600)))
    // Somebody watches: nothing waits for a batch then.
    expect(bed.uplinks.filter(({ atMs, decoded }) => decoded && atMs < 1_200_000).length).toBeGreaterThan(15)
  })

  test('says at the cable how well it is heard, every third time, and only then', () => {
    const bed = new Bed(onRiver(6, { commissioned: true }).profile)
    const told = (): number => bed.logs.filter((line) => line === 'link 12 dB, gateways 2').length
    bed.run(1_200_000)
    const during = told()
    expect(during).toBeGreaterThan(8)
    expect(during).toBeLessThan(20)
    bed.run(6 * HOUR_MS)
    expect(told() - during).toBeLessThanOrEqual(1)
  })

  test('tells the gateway the interval that will last, once', () => {
    const bed = new Bed(onRiver(6, { commissioned: true }).profile)
    bed.run(6 * HOUR_MS)
    expect(bed.uplinks.filter(({ hello }) => hello).map(({ hello }) => hello!.reportSeconds)).toEqual([3_600])
    expect(bed.healths[0]!.health.mode).toBe(MODE.commissioning)
  })

  test('begins again when the power comes back, but not when it comes and goes', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    bed.cutPower(60_000)
    bed.run(bed.worldMs + 60_000)
    const first = river.taken
    bed.run(bed.worldMs + 600_000)
    expect(river.taken - first).toBeGreaterThan(25)
    bed.cutPower(60_000)
    bed.run(bed.worldMs + 1_800_000)
    const second = river.taken
    // What was left of it is used up; it does not begin anew.
    bed.run(bed.worldMs + HOUR_MS)
    expect(river.taken - second).toBeLessThanOrEqual(7)
  })

  test.each([
    [70, false],
    [78, false],
    [82, true],
    [90, true],
  ])('ends for an hour at least: power that comes back after %i minutes begins it: %s', (minutes, begins) => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    // Its end is 20 minutes after the start; what is off is not counted, since nobody knows how long it was.
    bed.run(minutes * 60_000)
    bed.cutPower(3 * HOUR_MS)
    bed.run(bed.worldMs + 3 * HOUR_MS)
    const before = river.taken
    bed.run(bed.worldMs + 600_000)
    expect(river.taken - before > 20).toBe(begins)
  })

  test('begins within the hour too when reset is pressed once more before the first sample', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    bed.run(HOUR_MS / 2)
    const takenIn10 = (): number => {
      const before = river.taken
      bed.run(bed.worldMs + 600_000)
      return river.taken - before
    }
    bed.reset('powerOn')
    expect(takenIn10()).toBeLessThan(5)
    bed.reset('powerOn')
    bed.run(bed.worldMs + 1)
    bed.reset('powerOn')
    expect(takenIn10()).toBeGreaterThan(25)
  })

  test('is given up while the battery is low', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    river.millivolts = 3_450
    const bed = new Bed(profile)
    bed.run(HOUR_MS)
    expect(river.taken).toBeLessThan(6)
  })

  test('comes by a downlink too, and ends by itself', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    const before = river.taken
    bed.downlink = { port: DOWNLINK_PORT.mode, payload: Uint8Array.of(MODE.commissioning) }
    bed.run(9 * HOUR_MS)
    expect(river.taken - before).toBeGreaterThan(45)
    expect(river.taken - before).toBeLessThan(60)
    expect(gaps(bed, 8 * HOUR_MS).every((gap) => gap > 590)).toBe(true)
  })
})
