/** Alarms: what is one, that it does not wait for its batch, and that it goes first after an outage. */
import { describe, expect, test, vi } from 'vitest'
import { FLAG } from '../../core/flags.ts'
import type { Settings } from '../../core/settings.ts'
import { isAlarming } from '../../firmware/alarm.ts'
import { ALARM_ROW, FILTER_ROW, FILTERS, type Node } from '../../firmware/nodeState.ts'
import { Bed, SETTINGS } from './bed.ts'
import { ALARM, LEVEL, onRiver, type River } from './river.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000

/** First sequence and number of samples of each uplink that brought samples after `fromMs`. */
const loads = (bed: Bed, fromMs: number): [first: number, count: number][] =>
  bed.uplinks
    .filter(({ atMs, decoded }) => decoded && atMs > fromMs)
    .map(({ decoded }) => [decoded!.sequenceLow, decoded!.samples.length])

describe('an alarm', () => {
  /** Judges readings at so many seconds. */
  function judge(
    readings: [seconds: number, value: number, flag?: number][],
    settings: Partial<Settings> = {},
  ): boolean[] {
    const words = new Int32Array(FILTERS + FILTER_ROW + ALARM_ROW)
    let seconds = 0
    const node = {
      words,
      profile: { quantities: [LEVEL] },
      settings: { ...SETTINGS, ...settings },
      hal: { clock: { nowMs: () => seconds * 1000 } },
    } as unknown as Node
    return readings.map(([at, value, flag = FLAG.good]) => {
      seconds = at
      return isAlarming(node, [ALARM], Int32Array.of(value), Uint8Array.of(flag))
    })
  }

  test('is a level at the threshold and beyond', () => {
    const { above } = ALARM
    expect(judge([[600, above - 1]])).toEqual([false])
    expect(judge([[600, above]])).toEqual([true])
    expect(judge([[600, above, FLAG.suspect]])).toEqual([true])
    expect(judge([[600, above, FLAG.fail]])).toEqual([false])
    expect(judge([[600, above, FLAG.missing]])).toEqual([false])
  })

  test('is a rise within its time, in one step or in several, and not a slower one', () => {
    const { rise, withinSeconds } = ALARM
    expect(judge([[600, 0], [1_200, rise]])).toEqual([false, true]) // prettier-ignore
    expect(judge([[600, 0], [1_200, rise - 1]])).toEqual([false, false]) // prettier-ignore
    expect(judge([[600, 0], [1_200, rise / 2], [1_800, rise]])).toEqual([false, false, true]) // prettier-ignore
    expect(judge([[600, 0], [600 + withinSeconds, rise]])).toEqual([false, true]) // prettier-ignore
    expect(judge([[600, 0], [601 + withinSeconds, rise]])).toEqual([false, false]) // prettier-ignore
  })

  test('is told from the lowest level of the last while', () => {
    const { rise } = ALARM
    expect(judge([[600, rise], [1_200, 0], [1_800, rise]])).toEqual([false, false, true]) // prettier-ignore
    expect(judge([[600, 0], [1_200, -rise], [1_800, 0]])).toEqual([false, false, true]) // prettier-ignore
  })

  test('is found at its height whenever the rise begins, also when a low has just become too old', () => {
    const { rise, withinSeconds } = ALARM
    const step = 600
    // Flat, a dip, flat again for as long as `begin`, then a little faster than the threshold.
    const perStep = (1.1 * rise * step) / withinSeconds
    for (let begin = 1; begin <= 14; begin++) {
      const readings = Array.from({ length: 40 }, (_, i): [number, number] => [
        step * (i + 1),
        i === 3 ? -100 : Math.round(Math.max(0, i - 3 - begin) * perStep),
      ])
      const found = judge(readings).indexOf(true)
      expect(readings[found]![1], `begun ${begin} readings behind the dip`).toBeLessThan(1.5 * rise)
    }
  })

  test('is what the settings say instead of the profile, each for itself', () => {
    const { above, rise, withinSeconds } = ALARM
    expect(judge([[600, 15_000], [1_200, 14_999]], { alarmAbove: 15_000 })).toEqual([true, false]) // prettier-ignore
    expect(judge([[600, above]], { alarmAbove: above + 1 })).toEqual([false])
    expect(judge([[600, 0], [1_200, 300]], { alarmRise: 300 })).toEqual([false, true]) // prettier-ignore
    const late = 601 + withinSeconds
    expect(judge([[600, 0], [late, rise]], { alarmWithinMinutes: withinSeconds / 60 + 1 })).toEqual([false, true]) // prettier-ignore
    expect(judge([[600, 0], [1_801, rise]], { alarmWithinMinutes: 20 })).toEqual([false, false]) // prettier-ignore
  })

  test('is no fall, and no value that is wrong', () => {
    const { rise } = ALARM
    expect(judge([[600, 3 * rise], [1_200, 0]])).toEqual([false, false]) // prettier-ignore
    expect(judge([[600, 0, FLAG.fail], [1_200, rise]])).toEqual([false, false]) // prettier-ignore
  })
})

describe('an alarming sample', () => {
  test('is sent in the wake that measured it, although its batch is not full', () => {
    const { profile, river } = onRiver(6)
    const bed = new Bed(profile)
    bed.run(6.2 * HOUR_MS)
    const taken = river.taken
    while (river.taken === taken) bed.run(bed.worldMs + 1000)
    const before = bed.uplinks.length
    river.level += ALARM.rise
    const rising = river.taken
    while (river.taken === rising) bed.run(bed.worldMs + 1000)
    const measuredMs = bed.worldMs
    bed.run(bed.worldMs + 10_000)
    expect(bed.uplinks.length).toBe(before + 1)
    expect(bed.uplinks.at(-1)!.atMs - measuredMs).toBeLessThan(3_000)
    const { samples, ageSeconds } = bed.uplinks.at(-1)!.decoded!
    expect([samples.at(-1)!.values[0], ageSeconds]).toEqual([river.level, 0])
  })

  test('waits for the law, and no longer', () => {
    const { profile, river } = onRiver(1)
    const bed = new Bed(profile)
    bed.dutyMs = 900_000
    bed.run(6 * HOUR_MS)
    river.level = ALARM.above
    bed.run(8 * HOUR_MS)
    // The fake MAC throws when a node sends too early; one every 15 minutes and a little more is what is left.
    const times = bed.uplinks.filter(({ atMs }) => atMs > 6.5 * HOUR_MS).map(({ atMs }) => atMs)
    const gaps = times.slice(1).map((atMs, i) => Math.round((atMs - times[i]!) / 1000))
    expect(Math.max(...gaps)).toBeLessThan(1_000)
  })

  test('does not wait for a pause after failures', () => {
    const { profile, river } = onRiver(6)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    expect(bed.sequences().length).toBeGreaterThan(30)
    const before = bed.uplinks.length
    river.level = ALARM.above
    bed.run(6 * HOUR_MS + 700_000)
    expect(bed.uplinks.length).toBeGreaterThan(before)
  })

  test('keeps the radio off where the battery is empty', () => {
    const { profile, river } = onRiver(1)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    river.millivolts = 3_300
    bed.run(7 * HOUR_MS)
    const before = bed.uplinks.length
    river.level = ALARM.above
    bed.run(9 * HOUR_MS)
    expect(bed.uplinks.length).toBe(before)
  })
})

describe('after an outage', () => {
  /** Six hours of order, then ten without a radio and with a flood of three samples in their middle. */
  function flooded(): { bed: Bed; river: River; alarms: number[]; next: number } {
    const { profile, river } = onRiver(1)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    river.millivolts = 3_300
    bed.run(10 * HOUR_MS)
    const first = river.taken
    river.level = ALARM.above
    while (river.taken < first + 3) bed.run(bed.worldMs + 10_000)
    river.level = 10_000
    bed.run(30 * HOUR_MS)
    river.millivolts = 3_900
    const next = river.taken
    return { bed, river, alarms: [first, first + 1, first + 2], next }
  }

  test('alarms go first, then the newest sample, then the backlog from its beginning', () => {
    const { bed, alarms, next } = flooded()
    const stored = bed.sequences().length
    const fromMs = bed.worldMs
    bed.run(34 * HOUR_MS)
    const sent = loads(bed, fromMs)
    expect(next - stored).toBeGreaterThan(30)
    expect(sent[0]).toEqual([alarms[0], 3])
    expect(sent[1]).toEqual([next, 1])
    const backlog = sent.slice(2).filter(([first]) => first < next)
    expect(backlog[0]![0]).toBe(stored)
    // From then on in order.
    const firsts = backlog.map(([first]) => first)
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b))
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
    // Only the alarms may have been said twice.
    const samples = sent.reduce((sum, [, count]) => sum + count, 0)
    expect(samples - (bed.sequences().length - stored)).toBeLessThanOrEqual(3)
  })

  test('alarms that were sent into the void are said first as soon as an acknowledgement shows the loss', () => {
    const { profile, river } = onRiver(1)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    bed.loses = () => true
    bed.run(8 * HOUR_MS)
    const first = river.taken
    river.level = ALARM.above
    while (river.taken < first + 3) bed.run(bed.worldMs + 10_000)
    river.level = 10_000
    bed.run(15 * HOUR_MS)
    bed.loses = () => false
    const stored = bed.sequences().length
    const fromMs = bed.worldMs
    bed.run(20 * HOUR_MS)
    const sent = loads(bed, fromMs)
    // The newest one is what brought the acknowledgement.
    expect(sent[0]![0]).toBeGreaterThan(first + 10)
    expect(sent[1]).toEqual([first, 3])
    expect(sent.slice(2).find(([at]) => at < sent[0]![0])![0]).toBe(stored)
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
  })

  test('an alarm of days does not hold the newest sample up: its first eight go first', () => {
    const { profile, river } = onRiver(1)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    river.millivolts = 3_300
    bed.run(10 * HOUR_MS)
    const first = river.taken
    river.level = ALARM.above
    bed.run(40 * HOUR_MS)
    river.millivolts = 3_900
    const next = river.taken
    const fromMs = bed.worldMs
    bed.run(50 * HOUR_MS)
    expect(loads(bed, fromMs)[0]).toEqual([first, 8])
    expect(loads(bed, fromMs)[1]).toEqual([next, 1])
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
  })
})
