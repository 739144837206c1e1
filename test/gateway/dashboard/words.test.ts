/** Numbers, ages and moments as people read them, in both languages. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ageOf } from '../../../gateway/dashboard/src/age.ts'
import { APPEARANCES, appearanceOf } from '../../../gateway/dashboard/src/appearance.ts'
import { failureOf } from '../../../gateway/dashboard/src/failure.ts'
import { formatNumber, formatReading } from '../../../gateway/dashboard/src/figures.ts'
import {
  clockText,
  dayText,
  makeGatewayTime,
  momentText,
} from '../../../gateway/dashboard/src/gatewayTime.ts'
import { minutesOf, TEXTS } from '../../../gateway/dashboard/src/texts.ts'

describe('numbers', () => {
  test('Vietnamese writes 1.234,5 and English 1,234.5', () => {
    expect(formatNumber('vi', 1234.5, 1)).toBe('1.234,5')
    expect(formatNumber('en', 1234.5, 1)).toBe('1,234.5')
  })
  test('a negative number has a true minus sign, and nothing is minus zero', () => {
    expect(formatNumber('vi', -3.25, 2)).toBe('−3,25')
    expect(formatNumber('vi', -0.01, 1)).toBe('0,0')
  })
  test('a river is said in metres', () => {
    expect(formatReading('vi', 12_450, 100, APPEARANCES.waterLevel)).toBe('1,25')
    expect(formatReading('vi', -50, 100, APPEARANCES.waterLevel)).toBe('−0,01')
  })
  test('a quantity the page does not know keeps the unit of the API', () => {
    expect(appearanceOf('radon', 'Bq/m3')).toMatchObject({ unit: 'Bq/m3', times: 1 })
    expect(appearanceOf('toString', 'x')).toMatchObject({ unit: 'x' })
  })
})

describe('ages', () => {
  const MINUTE_MS = 60_000
  const rows: [number, string, number][] = [
    [-5_000, 'now', 0],
    [59_999, 'now', 0],
    [MINUTE_MS, 'minutes', 1],
    [59 * MINUTE_MS + 59_999, 'minutes', 59],
    [60 * MINUTE_MS, 'hours', 1],
    [47 * 60 * MINUTE_MS, 'hours', 47],
    [48 * 60 * MINUTE_MS, 'days', 2],
  ]
  for (const [passedMs, unit, count] of rows) {
    test(`${passedMs} ms is ${count} ${unit}`, () =>
      expect(ageOf(1e12, 1e12 - passedMs)).toEqual({ unit, count }))
  }
  test('the words agree with the count', () => {
    expect(TEXTS.vi.age.minutes(5)).toBe('5 phút trước')
    expect(TEXTS.en.age.minutes(1)).toBe('1 minute ago')
    expect(TEXTS.en.age.hours(2)).toBe('2 hours ago')
  })
})

describe("the gateway's time", () => {
  const NOON_MS = Date.UTC(2026, 10, 22, 5, 5) // 12:05 in the village.

  test('is told in the time of Viet Nam, wherever the phone is', () => {
    expect(clockText('vi', NOON_MS)).toBe('12:05')
    expect(clockText('vi', Date.UTC(2026, 10, 22, 17, 0))).toBe('00:00')
    expect(dayText('vi', NOON_MS)).toContain('22/11/2026')
  })
  test('a moment of another day says which', () => {
    expect(momentText('vi', NOON_MS, NOON_MS + 60_000)).toBe('12:05')
    expect(momentText('vi', NOON_MS, NOON_MS + 86_400_000)).toBe('12:05 ngày 22/11')
    expect(momentText('en', NOON_MS, NOON_MS + 86_400_000)).toBe('12:05 on 22/11')
  })
  test('goes on between two words of the gateway', () => {
    const time = makeGatewayTime()
    expect(time.now(5)).toBe(0)
    time.observe(1_000_000, 0)
    expect(time.now(2_000)).toBe(1_002_000)
  })
  test('keeps the pace of a simulated village, and its own when news stay away', () => {
    const time = makeGatewayTime()
    time.observe(0, 0)
    time.observe(300_000, 5_000)
    expect(time.now(6_000)).toBe(360_000)
    expect(time.now(5_000 + 30_000 + 10_000)).toBe(300_000 + 30_000 * 60 + 10_000)
  })
  test('delay of the network is not taken for another pace', () => {
    const time = makeGatewayTime()
    time.observe(0, 0)
    time.observe(5_400, 5_000)
    expect(time.now(6_000)).toBe(6_400)
  })
  test('a gateway that was restarted with an earlier clock is believed', () => {
    const time = makeGatewayTime()
    time.observe(9_000_000, 0)
    time.observe(1_000_000, 5_000)
    time.observe(1_005_000, 10_000)
    expect(time.now(11_000)).toBe(1_006_000)
  })
  test('never runs backwards between observations', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e5), fc.nat(1e5), (gatewayMs, firstMs, laterMs) => {
        const time = makeGatewayTime()
        time.observe(gatewayMs, 0)
        return time.now(firstMs + laterMs) >= time.now(firstMs)
      }),
      { seed: 1 },
    )
  })
})

describe('texts', () => {
  test('every quantity has its word in both languages', () => {
    for (const texts of Object.values(TEXTS))
      expect(Object.keys(texts.quantities).sort()).toEqual(Object.keys(APPEARANCES).sort())
  })
  test('no text is empty', () => {
    const empty = (value: unknown): boolean =>
      value === '' || (typeof value === 'object' && value !== null && Object.values(value).some(empty))
    expect(Object.values(TEXTS).some(empty)).toBe(false)
  })
  test('an interval under a minute still counts as one', () =>
    expect([minutesOf(10), minutesOf(890)]).toEqual([1, 15]))
})

describe('refusals', () => {
  const rows: [number, string][] = [
    [0, 'unreachable'],
    [400, 'invalid'],
    [401, 'pin'],
    [404, 'unknownLamp'],
    [409, 'conflict'],
    [410, 'past'],
    [429, 'tooOften'],
    [500, 'gateway'],
    [418, 'gateway'],
  ]
  for (const [status, failure] of rows) {
    test(`${status} is ${failure}, in words`, () => {
      expect(failureOf(status)).toBe(failure)
      expect(TEXTS.vi.order.failures[failureOf(status)].length).toBeGreaterThan(10)
    })
  }
})
