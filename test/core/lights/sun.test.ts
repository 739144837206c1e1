/** Our integer sun against suncalc, which follows the full series of Meeus in floating point. */
import * as SunCalc from 'suncalc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { altitudeSine, isDark, sine, solarNoon, sunTimes } from '../../../core/lights/sun.ts'

const DAY_SECONDS = 86_400
const dayOf = (year: number, month = 0, date = 1) => Date.UTC(year, month, date) / 1000 / DAY_SECONDS

interface Site {
  name: string
  latitude: number
  longitude: number
}

const VIETNAM: Site[] = [
  { name: 'Can Tho', latitude: 10.0342, longitude: 105.7881 },
  { name: 'Ha Noi', latitude: 21.0278, longitude: 105.8342 },
  { name: 'Da Nang', latitude: 16.0544, longitude: 108.2022 },
  { name: 'Ca Mau', latitude: 8.6, longitude: 104.72 },
  { name: 'Lung Cu', latitude: 23.3636, longitude: 105.3167 },
  { name: 'Truong Sa', latitude: 8.6433, longitude: 111.9203 },
]

const ELSEWHERE: Site[] = [
  { name: 'the equator at Greenwich', latitude: 0, longitude: 0 },
  { name: 'Sydney', latitude: -33.8688, longitude: 151.2093 },
  { name: 'Vancouver', latitude: 49.2827, longitude: -123.1207 },
  { name: 'London', latitude: 51.5074, longitude: -0.1278 },
  { name: 'Oslo', latitude: 60, longitude: 10.7522 },
  { name: 'south of Cape Horn', latitude: -60, longitude: -67.3 },
  { name: 'the date line, east', latitude: 40, longitude: 179.9 },
  { name: 'the date line, west', latitude: 40, longitude: -179.9 },
]

/** suncalc's sunrise and sunset of the local day: it hangs days on another meridian, so the noon says which of its days is ours. */
function oracle(site: Site, day: number) {
  const noon = day * DAY_SECONDS + DAY_SECONDS / 2 - site.longitude * 240
  return [-1, 0, 1]
    .map((shift) =>
      SunCalc.getTimes(new Date((noon + shift * DAY_SECONDS) * 1000), site.latitude, site.longitude),
    )
    .find((times) => Math.abs(times.solarNoon.getTime() / 1000 - noon) < DAY_SECONDS / 4)!
}

const timesAt = (site: Site, day: number) =>
  sunTimes(Math.round(site.latitude * 10_000), Math.round(site.longitude * 10_000), day)

/** Greatest difference in seconds over the days from `first`. */
function worst(site: Site, first: number, days: number): number {
  let seconds = 0
  for (let day = first; day < first + days; day++) {
    const ours = timesAt(site, day)
    const theirs = oracle(site, day)
    expect(ours.always).toBeUndefined()
    const rise = theirs.sunrise!.getTime() / 1000 - day * DAY_SECONDS - ours.riseSeconds
    const set = theirs.sunset!.getTime() / 1000 - day * DAY_SECONDS - ours.setSeconds
    seconds = Math.max(seconds, Math.abs(rise), Math.abs(set))
  }
  return seconds
}

describe('sine', () => {
  test('is within 5 units of 2^-24 on the whole circle', () => {
    let error = 0
    for (let angle = 0; angle < 0x1000000; angle += 97) {
      error = Math.max(error, Math.abs(sine(angle) - Math.sin((angle / 0x800000) * Math.PI) * 0x1000000))
    }
    expect(error).toBeLessThan(5)
  })

  test('takes angles of many turns, also negative ones, and is odd', () => {
    for (const angle of [0, 1, 12_345, 0x400000, 0x7fffff, 0x800000, 0xc00001]) {
      expect(sine(angle + 5 * 0x1000000)).toBe(sine(angle))
      expect(sine(angle - 7 * 0x1000000)).toBe(sine(angle))
      expect(sine(-angle) + sine(angle)).toBe(0)
    }
    expect(Object.is(sine(0x800000), 0)).toBe(true)
  })
})

describe('rise and set', () => {
  for (const site of VIETNAM) {
    test(`${site.name}: 366 days within 10 s`, () => {
      expect(worst(site, dayOf(2028), 366)).toBeLessThan(10)
    })
  }

  for (const site of ELSEWHERE) {
    test(`${site.name}: 366 days within 15 s`, () => {
      expect(worst(site, dayOf(2024), 366)).toBeLessThan(15)
    })
  }

  for (const year of [2001, 2026, 2038, 2059]) {
    test(`the year ${year}, its ends and its leap day included`, () => {
      expect(worst(VIETNAM[0]!, dayOf(year, 11, 25) - 366, 380)).toBeLessThan(10)
      expect(worst(ELSEWHERE[4]!, dayOf(year, 1, 25), 10)).toBeLessThan(15)
    })
  }

  test('days of one place follow each other without a jump at UTC midnight', () => {
    for (let day = dayOf(2025, 11, 1); day < dayOf(2026, 2, 1); day++) {
      const today = timesAt(VIETNAM[1]!, day)
      const next = timesAt(VIETNAM[1]!, day + 1)
      expect(Math.abs(next.riseSeconds - today.riseSeconds)).toBeLessThan(60)
      expect(today.riseSeconds).toBeLessThan(0)
      expect(today.setSeconds).toBeGreaterThan(10 * 3600)
    }
  })
})

describe('polar day and night', () => {
  const tromso: Site = { name: 'Tromso', latitude: 69.6492, longitude: 18.9553 }
  const mcmurdo: Site = { name: 'McMurdo', latitude: -77.8419, longitude: 166.6863 }

  for (const site of [tromso, mcmurdo]) {
    test(`${site.name} agrees with suncalc but for the days of change`, () => {
      let differ = 0
      for (let day = dayOf(2026); day < dayOf(2027); day++) {
        const theirs = oracle(site, day)
        const expected = theirs.alwaysUp ? 'day' : theirs.alwaysDown ? 'night' : undefined
        if (timesAt(site, day).always !== expected) differ++
      }
      expect(differ).toBeLessThan(5)
    })
  }

  test('midsummer and midwinter', () => {
    expect(timesAt(tromso, dayOf(2026, 5, 21)).always).toBe('day')
    expect(timesAt(tromso, dayOf(2026, 11, 21)).always).toBe('night')
    expect(timesAt(mcmurdo, dayOf(2026, 5, 21)).always).toBe('night')
    const { riseSeconds, setSeconds, always } = timesAt(mcmurdo, dayOf(2026, 11, 21))
    expect([always, riseSeconds]).toEqual(['day', setSeconds])
  })

  test('both poles have an answer on every day', () => {
    for (const latitudeE4 of [-900_000, 900_000])
      for (let day = dayOf(2026); day < dayOf(2027); day += 5)
        expect(['day', 'night', undefined]).toContain(sunTimes(latitudeE4, 0, day).always)
  })
})

describe('isDark', () => {
  test('agrees with rise and set to the second', () => {
    for (const site of [...VIETNAM, ...ELSEWHERE]) {
      const place = {
        latitudeE4: Math.round(site.latitude * 1e4),
        longitudeE4: Math.round(site.longitude * 1e4),
      }
      for (let day = dayOf(2026); day < dayOf(2027); day += 13) {
        const { riseSeconds, setSeconds } = timesAt(site, day)
        const dark = [riseSeconds - 1, riseSeconds, setSeconds - 1, setSeconds].map((seconds) =>
          isDark(place, day * DAY_SECONDS + seconds),
        )
        expect(dark).toEqual([true, false, false, true])
      }
    }
  })

  test('the sun stands highest at solar noon', () => {
    const place = { latitudeE4: 100_000, longitudeE4: 1_058_000 }
    for (let day = dayOf(2026); day < dayOf(2027); day += 7) {
      const noon = solarNoon(place, day * DAY_SECONDS + 5 * 3600)
      const [before, at, after] = [-600, 0, 600].map((shift) => altitudeSine(place, noon + shift))
      expect(at).toBeGreaterThan(before!)
      expect(at).toBeGreaterThan(after!)
    }
  })

  test('any place at any second of 136 years has an int32 altitude within one', () => {
    const place = fc.record({
      latitudeE4: fc.integer({ min: -900_000, max: 900_000 }),
      longitudeE4: fc.integer({ min: -1_800_000, max: 1_800_000 }),
    })
    fc.assert(
      fc.property(place, fc.nat(0xffffffff), (where, seconds) => {
        const height = altitudeSine(where, seconds)
        return height === (height | 0) && Math.abs(height) <= 0x1000000 + 16
      }),
      { seed: 5, numRuns: 5000 },
    )
  })

  test('the time zone of the machine does not enter', () => {
    const place = { latitudeE4: 100_000, longitudeE4: 1_058_000 }
    const seconds = dayOf(2026, 6, 1) * DAY_SECONDS + 12 * 3600
    const before = process.env['TZ']
    const answers = ['UTC', 'Asia/Ho_Chi_Minh', 'America/Los_Angeles'].map((zone) => {
      process.env['TZ'] = zone
      return [isDark(place, seconds), timesAt(VIETNAM[0]!, dayOf(2026, 6, 1))]
    })
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })
})
