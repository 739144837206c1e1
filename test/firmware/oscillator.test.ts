/** Ages by a clock that is 5 to 10 % off while the node sleeps: within a minute after three days without a network, and never outside the bound that came
 *  with them. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { CLOCK } from '../../core/packet/index.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { rcOscillator } from '../../sim/chips/rcOscillator.ts'
import { Random } from '../../sim/random.ts'
import { Bed } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000
const CERTAIN_SECONDS = 60
/** A packet tells ages to 32 s up to three days and a little more, and to two minutes from there on. */
const FINE_SECONDS = 262_155

/** A bed whose node notes when it really measured. */
function rig(seed: number): { bed: Bed; taken: number[] } {
  const taken: number[] = []
  const beds: Bed[] = []
  const profile: Profile = {
    ...soil,
    mount: () => {
      // The first sample is taken before there is a bed.
      taken.push(beds[0]?.worldMs ?? 0)
      return []
    },
  }
  const bed = new Bed(profile)
  beds.push(bed)
  const oscillator = rcOscillator(new Random(seed, 'oscillator'))
  bed.oscillator = (worldMs) => oscillator(worldMs * 1000)
  return { bed, taken }
}

interface Judged {
  sequence: number
  offSeconds: number
  uncertain: boolean
  boundSeconds: number | undefined
}

function judged({ bed, taken }: { bed: Bed; taken: number[] }, from = 0): Judged[] {
  const coarse = new Set(
    bed.uplinks.flatMap(({ decoded }) =>
      decoded && decoded.ageSeconds > FINE_SECONDS ? [decoded.sequenceLow] : [],
    ),
  )
  return [...bed.stored.get(bed.epoch!)!.entries()]
    .filter(([sequence]) => taken[sequence]! >= from)
    .map(([sequence, { atMs, uncertain, errorSeconds }]) => ({
      sequence,
      offSeconds: Math.max(0, Math.abs(atMs - taken[sequence]!) / 1000 - (coarse.has(sequence) ? 44 : 0)),
      uncertain,
      boundSeconds: errorSeconds,
    }))
}

/** What was said of an age held: its bound, or a minute. */
function expectHonest(rows: readonly Judged[]): void {
  const wrong = rows.filter(
    ({ offSeconds, uncertain, boundSeconds }) =>
      offSeconds > (uncertain ? (boundSeconds ?? Infinity) : CERTAIN_SECONDS) + 1,
  )
  expect(wrong).toEqual([])
}

const worst = (rows: readonly Judged[]): number => Math.max(...rows.map(({ offSeconds }) => offSeconds))

/** `onlineHours` with a network, three days without, and long enough with it again. */
function threeDaysAway(seed: number, onlineHours: number, answers: number, answersAfter: boolean): Judged[] {
  const there = rig(seed)
  const { bed } = there
  let away = false
  let told = 0
  bed.tellsTime = () => (away || told >= answers ? answersAfter && away : ++told > 0)
  bed.run(onlineHours * HOUR_MS)
  const from = bed.worldMs
  away = true
  let silent = true
  bed.loses = () => silent
  bed.accepts = () => !silent
  bed.run(from + 72 * HOUR_MS)
  silent = false
  bed.runHours(8)
  const rows = judged(there, from)
  expect(rows.length).toBeGreaterThan(430)
  return rows
}

const seeds = { seed: 20_261, numRuns: 6 }

describe('after 72 hours without a network', () => {
  test('ages are right to a minute when the time was told twice before, though never again', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 26, max: 80 }), (seed, onlineHours) => {
        const rows = threeDaysAway(seed, onlineHours, Infinity, false)
        expectHonest(rows)
        expect(worst(rows)).toBeLessThanOrEqual(CERTAIN_SECONDS)
      }),
      seeds,
    )
  }, 60_000)

  test('and when it was told once before and once after', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const rows = threeDaysAway(seed, 3, 1, true)
        expectHonest(rows)
        const sure = rows.filter(({ uncertain }) => !uncertain)
        expect(worst(sure)).toBeLessThanOrEqual(CERTAIN_SECONDS)
        // Only the first packet goes before the time is known, with its bound.
        expect(rows.length - sure.length).toBeLessThanOrEqual(6)
      }),
      seeds,
    )
  }, 60_000)

  test('with one answer or none the bound says a tenth, and holds', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(0, 1), (seed, answers) => {
        const rows = threeDaysAway(seed, 6, answers, false)
        expectHonest(rows)
        expect(worst(rows)).toBeGreaterThan(3600)
        const bounds = rows.map(({ boundSeconds }) => boundSeconds ?? 0)
        // A tenth of three days in steps of minutes doubled.
        expect(Math.max(...bounds)).toBe(60 * 512)
      }),
      seeds,
    )
  }, 60_000)
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
