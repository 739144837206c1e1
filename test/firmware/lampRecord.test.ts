/** When a lamp writes its wake record: at once when a start has to find what has changed, and else once an hour, though it speaks every five minutes. */
import { expect, test, vi } from 'vitest'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import { JOURNAL_SECTORS, KIND, latest, openJournal } from '../../firmware/journal.ts'
import { light } from '../../firmware/profiles/light.ts'
import { Bed } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Noon in Viet Nam. */
const NOON_UNIX = 20_600 * 86_400 + 5 * 3_600
const HOURS = 12

function lamp(): Bed {
  const bed = new Bed(light)
  bed.unixAtStart = NOON_UNIX
  return bed
}

const recordOf = (bed: Bed): string => latest(openJournal(bed.flash, JOURNAL_SECTORS), KIND.node)!.join()

test('once an hour and hardly more often, while it speaks twelve times', () => {
  const bed = lamp()
  bed.run(HOUR_MS)
  const before = bed.uplinks.length
  let writes = 0
  let longestMinutes = 0
  for (let minute = 60, writtenAt = 60, was = recordOf(bed); minute < (1 + HOURS) * 60; minute++) {
    bed.run(minute * MINUTE_MS)
    const record = recordOf(bed)
    if (record === was) continue
    was = record
    writes++
    longestMinutes = Math.max(longestMinutes, minute - writtenAt)
    writtenAt = minute
  }
  expect(bed.uplinks.length - before).toBeGreaterThanOrEqual(12 * HOURS - 1)
  expect(writes).toBeGreaterThanOrEqual(HOURS - 1)
  // Dusk, answers for the time and health come besides.
  expect(writes).toBeLessThan(2 * HOURS)
  // An hour, and the exchange after it.
  expect(longestMinutes).toBeLessThanOrEqual(66)
})

test('at once when it has been told the time: a reset does not light it in doubt', () => {
  const bed = lamp()
  while (bed.timesAsked === 0 || bed.pins.get(ttgoLora32V21.mount.relay)) {
    expect(bed.worldMs).toBeLessThan(HOUR_MS)
    bed.run(bed.worldMs + MINUTE_MS)
  }
  bed.reset()
  bed.run(bed.worldMs + MINUTE_MS)
  expect(bed.pins.get(ttgoLora32V21.mount.relay)).toBe(false)
  expect(bed.timesAsked).toBe(1)
})
