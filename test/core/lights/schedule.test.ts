/** The schedule: lit in the dark, and lit whenever the dark is possible. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LAMP_REASON, scheduleLevel, type LampPlan } from '../../../core/lights/index.ts'
import { isDark, sunTimes } from '../../../core/lights/sun.ts'

/** Lit from sunset to sunrise. */
const PLAIN = {
  ...{ lampOnMinutes: 0, lampOffMinutes: 0, darkFromMinutes: 0, darkToMinutes: 0, utcOffsetMinutes: 420 },
}
const CAN_THO = { latitudeE4: 100_342, longitudeE4: 1_057_881, ...PLAIN }
const OSLO = { latitudeE4: 600_000, longitudeE4: 107_522, ...PLAIN }
const TROMSO = { latitudeE4: 696_492, longitudeE4: 189_553, ...PLAIN }
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
        expect(scheduleLevel({ ...where, ...PLAIN }, moment, uncertainty).levelPercent).toBe(dark ? 100 : 0)
      }),
      { seed: 6, numRuns: 2000 },
    )
  })
})

describe('by a plan of its own', () => {
  const lit = (plan: LampPlan, moment: number): boolean => scheduleLevel(plan, moment, 0).levelPercent > 0
  const HOUR = 3600
  /** 00:00 of the local day that DAY's noon is in. */
  const MIDNIGHT = DAY * 86_400 - 7 * HOUR

  test('on and off so long after sunset and sunrise, or before, to the second', () => {
    const later = { ...CAN_THO, lampOnMinutes: 20, lampOffMinutes: 15 }
    const moments = (on: number, off: number) => [
      SUNRISE + off - 1,
      SUNRISE + off,
      SUNSET + on - 1,
      SUNSET + on,
    ]
    expect(moments(1200, 900).map((moment) => lit(later, moment))).toEqual([true, false, false, true])
    const shorter = { ...CAN_THO, lampOnMinutes: 120, lampOffMinutes: -120 }
    expect(moments(7200, -7200).map((moment) => lit(shorter, moment))).toEqual([true, false, false, true])
    const longer = { ...CAN_THO, lampOnMinutes: -120, lampOffMinutes: 120 }
    expect(moments(-7200, 7200).map((moment) => lit(longer, moment))).toEqual([true, false, false, true])
  })

  test('dark between two times of the local night, over midnight or not, to the second', () => {
    const over = { ...CAN_THO, darkFromMinutes: 22 * 60, darkToMinutes: 4 * 60 + 30 }
    const moments = [22 * HOUR - 1, 22 * HOUR, 24 * HOUR, 28.5 * HOUR - 1, 28.5 * HOUR, 30 * HOUR]
    expect(moments.map((at) => lit(over, MIDNIGHT + at))).toEqual([true, false, false, false, true, false])
    const after = { ...CAN_THO, darkFromMinutes: 60, darkToMinutes: 120 }
    const early = [HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR]
    expect(early.map((at) => lit(after, MIDNIGHT + at))).toEqual([true, false, false, true])
    // The same span in India, an hour and a half to the west.
    const india = { ...after, utcOffsetMinutes: 330 }
    expect(early.map((at) => lit(india, MIDNIGHT + at + 1.5 * HOUR))).toEqual([true, false, false, true])
    expect(early.map((at) => lit(india, MIDNIGHT + at))).toEqual([true, true, true, true])
  })

  test('in a summer night that ends before the lamp is to be lit later, what was to be lit longer stays lit', () => {
    const june = Date.UTC(2026, 5, 10, 23, 20) / 1000
    const plan = { ...OSLO, lampOnMinutes: -120, lampOffMinutes: 120 }
    for (let at = june - 9000; at < june + 9000; at += 60)
      if (isDark(OSLO, at)) expect(lit(plan, at)).toBe(true)
  })

  test('a dark span is kept only when every moment that it may be is within it', () => {
    const plan = { ...CAN_THO, darkFromMinutes: 0, darkToMinutes: 60 }
    expect(scheduleLevel(plan, MIDNIGHT + 1800, 1799)).toEqual(OUT)
    expect(scheduleLevel(plan, MIDNIGHT + 1800, 1800)).toEqual(DOUBT)
    expect(scheduleLevel(plan, MIDNIGHT + 1800, 86_400)).toEqual(DOUBT)
    expect(scheduleLevel(plan, undefined, 0)).toEqual(DOUBT)
  })

  test('lit whenever some moment within the uncertainty is lit', () => {
    const minutes = fc.integer({ min: -120, max: 120 })
    const time = fc.integer({ min: 0, max: 1_439 })
    const plans = fc.record({
      latitudeE4: fc.integer({ min: -600_000, max: 600_000 }),
      longitudeE4: fc.integer({ min: -1_800_000, max: 1_800_000 }),
      ...{ lampOnMinutes: minutes, lampOffMinutes: minutes, darkFromMinutes: time, darkToMinutes: time },
      utcOffsetMinutes: fc.integer({ min: -720, max: 840 }),
    })
    const moments = fc.integer({ min: Date.UTC(2026, 0, 1) / 1000, max: Date.UTC(2027, 0, 1) / 1000 })
    fc.assert(
      fc.property(plans, moments, fc.nat(50_000), (plan, moment, uncertainty) => {
        let some = lit(plan, moment)
        for (let at = moment - uncertainty; at < moment + uncertainty && !some; at += 300)
          some = lit(plan, at)
        if (some) expect(scheduleLevel(plan, moment, uncertainty).levelPercent).toBe(100)
      }),
      { seed: 6, numRuns: 2000 },
    )
  })
})
