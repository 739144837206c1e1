/** Alarms: what is one, that it does not wait for its batch, and that it goes first after an outage; and the cadence of a node's first minutes. */
import { describe, expect, test, vi } from 'vitest'
import { FLAG } from '../../core/flags.ts'
import { DOWNLINK_PORT, MODE } from '../../core/packet/index.ts'
import { isAlarming } from '../../firmware/alarm.ts'
import { runBattery } from '../../firmware/node.ts'
import { FILTER_ROW, FILTERS, type Node } from '../../firmware/nodeState.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { Bed } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => ({ makeMac: (await import('./bed.ts')).makeFakeMac }))

const HOUR_MS = 3_600_000
const [LEVEL, BATTERY] = [9, 16]
const ALARM = gauge.alarms![0]!

interface River {
  level: number
  millivolts: number
  taken: number
}

/** A gauge whose river the test makes. */
function onRiver(samplesPerUplink: number, more: Partial<Profile> = {}): { profile: Profile; river: River } {
  const river = { level: 10_000, millivolts: 3_900, taken: 0 }
  const profile: Profile = {
    name: 'gauge',
    quantities: [LEVEL, BATTERY],
    intervalSeconds: 600,
    samplesPerUplink,
    alarms: [ALARM],
    mount: () => [
      {
        quantities: [LEVEL],
        start: () => 20,
        read: (into, at) => (river.taken++, (into[at] = river.level), 'ok'),
      },
      { quantities: [BATTERY], start: () => 0, read: (into, at) => ((into[at] = river.millivolts), 'ok') },
    ],
    run: runBattery,
    ...more,
  }
  return { profile, river }
}

/** First sequence and number of samples of each uplink that brought samples after `fromMs`. */
const loads = (bed: Bed, fromMs: number): [first: number, count: number][] =>
  bed.uplinks
    .filter(({ atMs, decoded }) => decoded && atMs > fromMs)
    .map(({ decoded }) => [decoded!.sequenceLow, decoded!.samples.length])

describe('an alarm', () => {
  /** Judges readings at so many seconds. */
  function judge(readings: [seconds: number, value: number, flag?: number][]): boolean[] {
    const words = new Int32Array(FILTERS + FILTER_ROW + 2)
    let seconds = 0
    const node = {
      words,
      profile: { quantities: [LEVEL] },
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

describe('commissioning', () => {
  /** Seconds between the samples stored from `fromMs` on, in their order. */
  const gaps = (bed: Bed, fromMs: number): number[] => {
    const times = [...bed.stored.get(bed.epoch!)!].sort((a, b) => a[0] - b[0]).map(([, { atMs }]) => atMs)
    const late = times.filter((atMs) => atMs >= fromMs)
    return late.slice(1).map((atMs, i) => Math.round((atMs - late[i]!) / 1000))
  }

  const near = (seconds: number): { asymmetricMatch(got: unknown): boolean } => ({
    asymmetricMatch: (got) => typeof got === 'number' && Math.abs(got - seconds) <= 3,
  })

  test('is 20 s for ten minutes, one minute for ten, then as the profile says', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    const taken: [minutes: number, samples: number][] = []
    for (const minutes of [10, 20, 80]) {
      bed.run(minutes * 60_000)
      taken.push([minutes, river.taken])
    }
    expect(taken).toEqual([
      [10, 31],
      [20, 41],
      [80, 47],
    ])
    bed.run(3 * HOUR_MS)
    const found = gaps(bed, 0)
    expect(found.slice(1, 29)).toEqual(new Array(28).fill(near(20)))
    expect(found.slice(31, 39)).toEqual(new Array(8).fill(near(60)))
    expect(found.slice(41)).toEqual(new Array(found.length - 41).fill(near(600)))
    // Somebody watches: nothing waits for a batch then.
    expect(bed.uplinks.filter(({ atMs, decoded }) => decoded && atMs < 1_200_000).length).toBeGreaterThan(15)
  })

  test('tells the gateway the interval that will last, once', () => {
    const bed = new Bed(onRiver(6, { commissioned: true }).profile)
    bed.run(6 * HOUR_MS)
    expect(bed.uplinks.filter(({ hello }) => hello).map(({ hello }) => hello!.reportSeconds)).toEqual([3_600])
    expect(bed.healths[0]!.health.mode).toBe(MODE.commissioning)
  })

  test('begins again when the power comes back, but not when it comes and goes', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    bed.cutPower(60_000)
    bed.run(bed.worldMs + 60_000)
    const first = river.taken
    bed.run(bed.worldMs + 600_000)
    expect(river.taken - first).toBeGreaterThan(25)
    bed.cutPower(60_000)
    bed.run(bed.worldMs + 1_800_000)
    const second = river.taken
    // What was left of it is used up; it does not begin anew.
    bed.run(bed.worldMs + HOUR_MS)
    expect(river.taken - second).toBeLessThanOrEqual(7)
  })

  test('is given up while the battery is low', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    river.millivolts = 3_450
    const bed = new Bed(profile)
    bed.run(HOUR_MS)
    expect(river.taken).toBeLessThan(6)
  })

  test('comes by a downlink too, and ends by itself', () => {
    const { profile, river } = onRiver(6, { commissioned: true })
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    const before = river.taken
    bed.downlink = { port: DOWNLINK_PORT.mode, payload: Uint8Array.of(MODE.commissioning) }
    bed.run(9 * HOUR_MS)
    expect(river.taken - before).toBeGreaterThan(45)
    expect(river.taken - before).toBeLessThan(60)
    expect(gaps(bed, 8 * HOUR_MS).every((gap) => gap > 590)).toBe(true)
  })
})
