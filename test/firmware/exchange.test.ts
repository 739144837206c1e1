/** The pause after a join that nobody answered: by chance between half and all of what doubles from a minute to an hour, so that a village does not speak in one beat. */
import { describe, expect, test, vi } from 'vitest'
import { Bed } from './bed.ts'
import { station } from './station.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000
const NODES = 100
const JOIN_SECONDS = 2
const LONGEST = [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]

/** Seconds between one unanswered join and the next. */
function gaps(noise: number): number[] {
  const bed = new Bed(station().profile)
  bed.noise = noise
  bed.dutyMs = 0
  bed.accepts = () => false
  bed.run(8 * HOUR_MS)
  return bed.joins.slice(1).map((atMs, i) => (atMs - bed.joins[i]!) / 1000 - JOIN_SECONDS)
}

describe('the pause after a join that failed', () => {
  const nodes = Array.from({ length: NODES }, (_, i) => gaps(i * 77_777_777))

  test.each([...LONGEST.entries()])(
    'number %i of a hundred nodes lies between half and all of %i s',
    (i, longest) => {
      const found = nodes.map((row) => row[i]!).sort((a, b) => a - b)
      // A wake takes its moments, and seconds are whole.
      expect(found[0]).toBeGreaterThanOrEqual(longest / 2 - 1)
      expect(found.at(-1)).toBeLessThanOrEqual(longest + 3)
      const fifths = new Set(
        found.map((seconds) =>
          Math.min(4, Math.max(0, Math.floor((10 * (seconds - longest / 2)) / longest))),
        ),
      )
      expect(fifths.size).toBe(5)
    },
  )

  test('is short again after a join that was answered', () => {
    const bed = new Bed(station().profile)
    bed.dutyMs = 0
    bed.accepts = () => false
    bed.run(6 * HOUR_MS)
    bed.accepts = () => true
    bed.run(8 * HOUR_MS)
    expect(bed.sequences().length).toBeGreaterThan(0)
    const before = bed.joins.length
    bed.accepts = () => false
    bed.loses = () => true
    bed.run(34 * HOUR_MS)
    // A day without a sign: it joins anew, and after its first failure the next sample is not kept waiting for half an hour.
    expect(bed.joins.length).toBeGreaterThan(before)
    const next = bed.uplinks.find(({ atMs }) => atMs > bed.joins[before]!)
    expect((next!.atMs - bed.joins[before]!) / 1000).toBeLessThanOrEqual(700)
  })
})
