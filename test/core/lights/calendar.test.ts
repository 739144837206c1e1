/** The calendar's corners: month ends, leap days, 2038, the end of 32-bit seconds, and clocks that are set. Beside Date's UTC and suncalc. */
import * as SunCalc from 'suncalc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDark, scheduleLevel } from '../../../core/lights/index.ts'
import { altitudeSine } from '../../../core/lights/sun.ts'
import { CID, decodeDeviceTimeAns, encodeDeviceTimeAns } from '../../../core/lorawan/commands.ts'
import { scheduledLevel, takeTime } from '../../../firmware/lampTime.ts'
import { FILTERS, SYNC_UNIX, type Node } from '../../../firmware/nodeState.ts'

const seed = 20_380_119
const ONE = 0x1000000
const UNIX_END = 0xffffffff
const PLACE = {
  ...{ latitudeE4: 100_342, longitudeE4: 1_057_881, lampOnMinutes: 0, lampOffMinutes: 0 },
  ...{ darkFromMinutes: 0, darkToMinutes: 0, utcOffsetMinutes: 420 },
}
const SETTINGS = { ...PLACE } as Parameters<typeof scheduledLevel>[1]

/** The turn of a month in UTC: its last second, and the first of the next. */
const monthTurn = fc
  .tuple(fc.integer({ min: 1970, max: 2105 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, month]) => Date.UTC(year, month) / 1000)

const corners = [
  Date.UTC(2000, 1, 29),
  Date.UTC(2026, 11, 31, 23, 59, 59),
  Date.UTC(2028, 1, 29, 12),
  Date.UTC(2038, 0, 19, 3, 14, 7),
  Date.UTC(2038, 0, 19, 3, 14, 8),
  // 2100 has no leap day.
  Date.UTC(2100, 1, 28, 23, 59, 59),
  Date.UTC(2100, 2, 1),
  UNIX_END * 1000,
].map((ms) => ms / 1000)

/** suncalc's altitude holds the refraction: up to half a degree at the horizon, and below it. */
const REFRACTION_SINE = 0.009

const oracleSine = (unixSeconds: number, { latitudeE4, longitudeE4 }: typeof PLACE): number =>
  Math.sin(
    (SunCalc.getPosition(new Date(unixSeconds * 1000), latitudeE4 / 1e4, longitudeE4 / 1e4).altitude *
      Math.PI) /
      180,
  )

const place = fc.record({
  latitudeE4: fc.integer({ min: -600_000, max: 600_000 }),
  longitudeE4: fc.integer({ min: -1_800_000, max: 1_800_000 }),
})

describe('the sun', () => {
  test('goes on by its daily step at the turn of every month', () => {
    fc.assert(
      fc.property(place, monthTurn, (where, turn) => {
        const [before, after] = [altitudeSine(where, turn - 1), altitudeSine(where, turn)]
        // A second is 15 arc seconds of hour angle: 7.3e-5.
        expect(Math.abs(after - before) / ONE).toBeLessThan(8e-5)
      }),
      { seed, numRuns: 2000 },
    )
  })

  test.each(corners)('stands where suncalc has it, %i s', (unixSeconds) => {
    for (const where of [PLACE, { ...PLACE, latitudeE4: -338_688, longitudeE4: 1_512_093 }])
      for (const shift of [-3600, 0, 3600]) {
        if (unixSeconds + shift > UNIX_END) continue
        const off = altitudeSine(where, unixSeconds + shift) / ONE - oracleSine(unixSeconds + shift, where)
        expect(Math.abs(off)).toBeLessThan(REFRACTION_SINE)
      }
  })
})

/** A lamp's words and clock, as firmware/lampTime.ts needs them. */
function lamp(): { node: Node; at: { ms: number } } {
  const at = { ms: 0 }
  const node = { words: new Int32Array(FILTERS), hal: { clock: { nowMs: () => at.ms } } } as unknown as Node
  return { node, at }
}

describe("a lamp's clock", () => {
  test('lights whenever it is dark, whatever second of 136 years it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 1, max: UNIX_END - 90_000 }),
          fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 31 - 600),
        ),
        fc.nat(86_400),
        (unixSeconds, later) => {
          const { node, at } = lamp()
          at.ms = 5_000
          takeTime(node, unixSeconds, 5_000)
          at.ms += later * 1000
          const { levelPercent } = scheduledLevel(node, SETTINGS)
          if (isDark(PLACE, unixSeconds + later)) expect(levelPercent).toBe(100)
          else if (later === 0) expect([0, 100]).toContain(levelPercent)
        },
      ),
      { seed, numRuns: 2000 },
    )
  })

  test('set back or forward follows the network at once, and doubts itself no longer than until it has been measured again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2 ** 31 - 400_000, max: 2 ** 31 + 400_000 }),
        fc.integer({ min: -90_000, max: 90_000 }),
        (unixSeconds, jump) => {
          const { node, at } = lamp()
          const day = 86_400
          takeTime(node, unixSeconds, 0)
          at.ms = day * 1000
          takeTime(node, unixSeconds + day + jump, at.ms)
          expect(node.words[SYNC_UNIX]! >>> 0).toBe(unixSeconds + day + jump)
          expect(scheduledLevel(node, SETTINGS).levelPercent).toBeGreaterThanOrEqual(
            scheduleLevel(PLACE, unixSeconds + day + jump, 0).levelPercent,
          )
          at.ms = 2 * day * 1000
          takeTime(node, unixSeconds + 2 * day + jump, at.ms)
          at.ms += 3 * 3600_000
          // A measured crystal: within seconds again.
          expect(scheduledLevel(node, SETTINGS)).toEqual(
            scheduleLevel(PLACE, unixSeconds + 2 * day + jump + 3 * 3600, 2 + Math.ceil((3 * 3600) / 1000)),
          )
        },
      ),
      { seed, numRuns: 500 },
    )
  })
})

test('DeviceTimeAns tells every second of GPS time up to 2106', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_700_000_000, max: UNIX_END }),
      fc.nat(999),
      (unixSeconds, milliseconds) => {
        const command = encodeDeviceTimeAns(1000 * unixSeconds + milliseconds)
        expect(command[0]).toBe(CID.deviceTime)
        const back = decodeDeviceTimeAns(command.subarray(1))
        expect(back.unixSeconds).toBe(unixSeconds)
        expect(Math.abs(back.milliseconds - milliseconds)).toBeLessThanOrEqual(4)
      },
    ),
    { seed },
  )
})
