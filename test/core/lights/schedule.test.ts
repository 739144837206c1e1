/** The schedule: lit in the dark, and lit whenever the dark is possible. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LAMP_REASON, scheduleLevel } from '../../../core/lights/index.ts'
import { isDark, sunTimes } from '../../../core/lights/sun.ts'

const CAN_THO = { latitudeE4: 100_342, longitudeE4: 1_057_881 }
const OSLO = { latitudeE4: 600_000, longitudeE4: 107_522 }
const TROMSO = { latitudeE4: 696_492, longitudeE4: 189_553 }
const DAY = Date.UTC(2026, 6, 15) / 86_400_000
const sun = sunTimes(CAN_THO.latitudeE4, CAN_THO.longitudeE4, DAY)
const SUNRISE = DAY * 86_400 + sun.riseSeconds
const SUNSET = DAY * 86_400 + sun.setSeconds
const NOON = DAY * 86_400 + 5 * 3600

const LIT = { levelPercent: 100, reason: LAMP_REASON.schedule }
const DOUBT = { levelPercent: 100, reason: LAMP_REASON.doubt }
const OUT = { levelPercent: 0, reason: LAMP_REASON.schedule }

describe('with the time known', () => {
  test('on at sunset, off at sunrise, to the second', () => {
    const moments = [SUNRISE - 1, SUNRISE, NOON, SUNSET - 1, SUNSET]
    expect(moments.map((moment) => scheduleLevel(CAN_THO, moment, 0))).toEqual([LIT, OUT, OUT, OUT, LIT])
  })
})

describe('in doubt', () => {
  test('without a time the lamp burns', () => {
    expect(scheduleLevel(CAN_THO, undefined, 0)).toEqual(DOUBT)
    expect(scheduleLevel(TROMSO, undefined, 1_000_000)).toEqual(DOUBT)
  })

  test('it burns earlier and longer by the uncertainty', () => {
    expect(scheduleLevel(CAN_THO, SUNSET - 600, 600)).toEqual(DOUBT)
    expect(scheduleLevel(CAN_THO, SUNSET - 601, 600)).toEqual(OUT)
    expect(scheduleLevel(CAN_THO, SUNRISE + 599, 600)).toEqual(DOUBT)
    expect(scheduleLevel(CAN_THO, SUNRISE + 601, 600)).toEqual(OUT)
    expect(scheduleLevel(CAN_THO, SUNSET + 10, 600)).toEqual(LIT)
  })

  test('a night between two light ends is seen', () => {
    expect(scheduleLevel(CAN_THO, NOON, 24 * 3600)).toEqual(DOUBT)
    const june = Date.UTC(2026, 5, 21, 11) / 1000
    expect([june - 18 * 3600, june, june + 18 * 3600].map((moment) => isDark(OSLO, moment))).toEqual([
      false,
      false,
      false,
    ])
    expect(scheduleLevel(OSLO, june, 18 * 3600)).toEqual(DOUBT)
  })

  test('a day without a night leaves no doubt', () => {
    expect(scheduleLevel(TROMSO, Date.UTC(2026, 5, 21, 10) / 1000, 86_400)).toEqual(OUT)
  })

  test('lit exactly when some moment within the uncertainty is dark', () => {
    const moments = fc.integer({ min: Date.UTC(2026, 0, 1) / 1000, max: Date.UTC(2027, 0, 1) / 1000 })
    const place = fc.record({
      latitudeE4: fc.integer({ min: -600_000, max: 600_000 }),
      longitudeE4: fc.integer({ min: -1_800_000, max: 1_800_000 }),
    })
    fc.assert(
      fc.property(place, moments, fc.nat(50_000), (where, moment, uncertainty) => {
        let dark = false
        for (let at = moment - uncertainty; at < moment + uncertainty && !dark; at += 300)
          dark = isDark(where, at)
        dark ||= isDark(where, moment + uncertainty)
        expect(scheduleLevel(where, moment, uncertainty).levelPercent).toBe(dark ? 100 : 0)
      }),
      { seed: 6, numRuns: 2000 },
    )
  })
})
