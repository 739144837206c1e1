/** Ages by a clock that is 5 to 10 % off while the node sleeps: within a minute after three days without a network, and never outside the bound that came
 *  with them. */
import { describe, expect, test, vi } from 'vitest'
import { CLOCK } from '../../core/packet/index.ts'
import {
  CERTAIN_SECONDS,
  expectBoundsWhenUntold,
  expectHonest,
  expectMinutesWhenToldAround,
  expectMinutesWhenToldBefore,
  HOUR_MS,
  judged,
  rig,
  worst,
  type Judged,
} from './oscillatorBed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

describe('after 72 hours without a network', () => {
  test('ages are right to a minute when the time was told twice before, though never again', () =>
    expectMinutesWhenToldBefore(1))

  test('and when it was told once before and once after', () => expectMinutesWhenToldAround(1))

  test('with one answer or none the bound says a tenth, and holds', () => expectBoundsWhenUntold(2))
})

describe('an unpowered gap', () => {
  function gap(told: boolean): Judged[] {
    const there = rig(7)
    const { bed } = there
    bed.run(30 * HOUR_MS)
    const from = bed.worldMs - 5 * HOUR_MS
    let silent = true
    bed.loses = () => silent
    bed.runHours(5)
    bed.cutPower(9 * HOUR_MS)
    bed.tellsTime = () => told
    silent = false
    bed.runHours(16)
    expect(bed.sequences().length).toBe(bed.sequences().at(-1)! + 1)
    return judged(there, from)
  }

  test('is bridged when the network tells the time behind it', () => {
    const rows = gap(true)
    expectHonest(rows)
    expect(worst(rows)).toBeLessThanOrEqual(CERTAIN_SECONDS)
  })

  test('leaves ages without a bound when it does not, and never one that is too certain', () => {
    const rows = gap(false)
    expectHonest(rows)
    const unbounded = rows.filter(({ uncertain, boundSeconds }) => uncertain && boundSeconds === undefined)
    expect(unbounded.length).toBeGreaterThan(20)
    expect(worst(unbounded)).toBeGreaterThan(9 * 3600 - 600)
  })
})

describe('the year 2038', () => {
  /** Unix seconds no longer fit 31 bits then. */
  const END = 2 ** 31

  test.each([10, 40, 70])(
    'comes %i hours after the start, and ages are right before and behind it',
    (hours) => {
      const there = rig(13)
      const { bed } = there
      bed.unixAtStart = END - hours * 3600
      bed.runHours(30)
      const from = bed.worldMs
      let silent = true
      bed.loses = () => silent
      bed.runHours(20)
      silent = false
      bed.runHours(40)
      const rows = judged(there, from)
      expect(rows.length).toBeGreaterThan(300)
      expectHonest(rows)
      expect(worst(rows)).toBeLessThanOrEqual(CERTAIN_SECONDS)
      expect(rows.filter(({ uncertain }) => uncertain)).toEqual([])
      expect(bed.healths.at(-1)!.health).toMatchObject({ clock: CLOCK.known, crashes: 0 })
    },
  )

  test('falls into an unpowered gap, which is bridged all the same', () => {
    const there = rig(14)
    const { bed } = there
    bed.unixAtStart = END - 34 * 3600
    bed.run(30 * HOUR_MS)
    let silent = true
    bed.loses = () => silent
    bed.cutPower(9 * HOUR_MS)
    silent = false
    bed.runHours(25)
    const rows = judged(there, 25 * HOUR_MS)
    expectHonest(rows)
    expect(worst(rows)).toBeLessThanOrEqual(CERTAIN_SECONDS)
  })
})

describe('a network whose clock is set', () => {
  test.each([-7200, -90, 90, 7200])(
    'by %i s is believed about the day, not about the oscillator',
    (seconds) => {
      const there = rig(11)
      const { bed } = there
      bed.run(50 * HOUR_MS)
      bed.unixAtStart += seconds
      bed.runHours(50)
      const from = bed.worldMs
      let silent = true
      bed.tellsTime = () => false
      bed.loses = () => silent
      bed.runHours(20)
      silent = false
      bed.runHours(6)
      const rows = judged(there, from)
      expect(worst(rows)).toBeLessThanOrEqual(CERTAIN_SECONDS)
    },
  )
})
