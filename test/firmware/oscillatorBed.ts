/** A bed whose node sleeps by a clock that is 5 to 10 % off and notes when it really measured, and what holds after three days without a network, for as many
 *  nodes as a test wants. Whoever runs it puts the fake MAC in the real one's place. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { soil } from '../../firmware/profiles/soil.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { rcOscillator } from '../../sim/chips/rcOscillator.ts'
import { Random } from '../../sim/random.ts'
import { Bed } from './bed.ts'

export const HOUR_MS = 3_600_000
export const CERTAIN_SECONDS = 60
/** A packet tells ages to 32 s up to three days and a little more, and to two minutes from there on. */
const FINE_SECONDS = 262_155

/** A bed whose node notes when it really measured. */
export function rig(seed: number): { bed: Bed; taken: number[] } {
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

export interface Judged {
  sequence: number
  offSeconds: number
  uncertain: boolean
  boundSeconds: number | undefined
}

export function judged({ bed, taken }: { bed: Bed; taken: number[] }, from = 0): Judged[] {
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
export function expectHonest(rows: readonly Judged[]): void {
  const wrong = rows.filter(
    ({ offSeconds, uncertain, boundSeconds }) =>
      offSeconds > (uncertain ? (boundSeconds ?? Infinity) : CERTAIN_SECONDS) + 1,
  )
  expect(wrong).toEqual([])
}

export const worst = (rows: readonly Judged[]): number =>
  Math.max(...rows.map(({ offSeconds }) => offSeconds))

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

const seed = 20_261

/** The time was told twice before, and never again. */
export function expectMinutesWhenToldBefore(nodes: number): void {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 26, max: 80 }), (nodeSeed, onlineHours) => {
      const rows = threeDaysAway(nodeSeed, onlineHours, Infinity, false)
      expectHonest(rows)
      expect(worst(rows)).toBeLessThanOrEqual(CERTAIN_SECONDS)
    }),
    { seed, numRuns: nodes },
  )
}

/** The time was told once before and once after. */
export function expectMinutesWhenToldAround(nodes: number): void {
  fc.assert(
    fc.property(fc.nat(1_000_000), (nodeSeed) => {
      const rows = threeDaysAway(nodeSeed, 3, 1, true)
      expectHonest(rows)
      const sure = rows.filter(({ uncertain }) => !uncertain)
      expect(worst(sure)).toBeLessThanOrEqual(CERTAIN_SECONDS)
      // Only the first packet goes before the time is known, with its bound.
      expect(rows.length - sure.length).toBeLessThanOrEqual(6)
    }),
    { seed, numRuns: nodes },
  )
}

/** The time was told once before, or never. */
export function expectBoundsWhenUntold(nodes: number): void {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.constantFrom(0, 1), (nodeSeed, answers) => {
      const rows = threeDaysAway(nodeSeed, 6, answers, false)
      expectHonest(rows)
      expect(worst(rows)).toBeGreaterThan(3600)
      const bounds = rows.map(({ boundSeconds }) => boundSeconds ?? 0)
      // A tenth of three days in steps of minutes doubled.
      expect(Math.max(...bounds)).toBe(60 * 512)
    }),
    { seed, numRuns: nodes },
  )
}
