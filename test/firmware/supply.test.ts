/** A battery that runs low: measured and reported more rarely, then silent, and back without a sample lost. */
import { describe, expect, test, vi } from 'vitest'
import { FLAG } from '../../core/flags.ts'
import { runBattery } from '../../firmware/node.ts'
import {
  BATTERY,
  FILTERS,
  SUPPLY,
  SUPPLY_EMPTY,
  SUPPLY_FULL,
  SUPPLY_LOW,
  type Node,
} from '../../firmware/nodeState.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { batteryLevel, noteSupply } from '../../firmware/supply.ts'
import { Bed } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000
const QUANTITIES = [3, 16]

/** A node whose battery has what the test says. */
function onBattery(samplesPerUplink: number): {
  profile: Profile
  cell: { millivolts: number; missing: boolean }
} {
  const cell = { millivolts: 3_900, missing: false }
  const profile: Profile = {
    name: 'air',
    quantities: QUANTITIES,
    intervalSeconds: 600,
    samplesPerUplink,
    mount: () => [
      { quantities: [3], start: () => 20, read: (into, at) => ((into[at] = 2_500), 'ok') },
      {
        quantities: [16],
        start: () => 0,
        read: (into, at) => {
          into[at] = cell.millivolts
          return cell.missing ? 'noAnswer' : 'ok'
        },
      },
    ],
    run: runBattery,
  }
  return { profile, cell }
}

/** Hours between the stored samples' times, from `fromMs` on. */
const gapsMinutes = (bed: Bed, fromMs: number): number[] => {
  const times = [...bed.stored.get(bed.epoch!)!.values()]
    .map(({ atMs }) => atMs)
    .filter((atMs) => atMs >= fromMs)
  return times.slice(1).map((atMs, i) => Math.round((atMs - times[i]!) / 60_000))
}

describe('the level that the network asks for', () => {
  const levels: [millivolts: number, level: number][] = [
    [0, 255],
    [2_900, 1],
    [3_350, 1],
    [3_775, 127],
    [4_200, 254],
    [4_300, 254],
  ]
  test.each(levels)('%d mV is %d', (millivolts, level) => {
    const words = new Int32Array(FILTERS)
    words[BATTERY] = millivolts
    expect(batteryLevel({ words, profile: onBattery(1).profile } as Node)).toBe(level)
  })

  test('0 on the mains', () => {
    const profile = { ...onBattery(1).profile, quantities: [3] }
    expect(batteryLevel({ words: new Int32Array(FILTERS), profile } as unknown as Node)).toBe(0)
  })
})

describe('the word SUPPLY', () => {
  const steps: [millivolts: number, flag: number, supply: number][] = [
    [3_900, FLAG.good, SUPPLY_FULL],
    [3_500, FLAG.good, SUPPLY_FULL],
    [3_499, FLAG.good, SUPPLY_LOW],
    [3_649, FLAG.good, SUPPLY_LOW],
    [3_650, FLAG.good, SUPPLY_FULL],
    [3_350, FLAG.good, SUPPLY_LOW],
    [3_349, FLAG.fail, SUPPLY_LOW],
    [3_349, FLAG.suspect, SUPPLY_EMPTY],
    [3_499, FLAG.good, SUPPLY_EMPTY],
    [3_500, FLAG.good, SUPPLY_LOW],
    [3_300, FLAG.good, SUPPLY_EMPTY],
    [3_800, FLAG.good, SUPPLY_FULL],
    [3_300, FLAG.good, SUPPLY_EMPTY],
    [0, FLAG.missing, SUPPLY_FULL],
  ]
  test('follows the voltage and does not swing', () => {
    const words = new Int32Array(SUPPLY + 1)
    const node = { words, profile: { quantities: QUANTITIES } } as unknown as Node
    for (const [millivolts, flag, supply] of steps) {
      noteSupply(node, Int32Array.of(0, millivolts), Uint8Array.of(FLAG.good, flag))
      expect([millivolts, flag, words[SUPPLY]]).toEqual([millivolts, flag, supply])
    }
  })
})

describe('a node with a low battery', () => {
  for (const samplesPerUplink of [1, 6])
    test(`measures every half hour, says so, and loses nothing; ${samplesPerUplink} an uplink`, () => {
      const { profile, cell } = onBattery(samplesPerUplink)
      const bed = new Bed(profile)
      bed.run(6.5 * HOUR_MS)
      cell.millivolts = 3_450
      bed.run(20 * HOUR_MS)
      cell.millivolts = 3_900
      bed.run(30 * HOUR_MS)
      const hellos = bed.uplinks.filter(({ hello }) => hello).map(({ hello }) => hello!.reportSeconds)
      expect(hellos).toEqual([600, 1800, 600].map((seconds) => seconds * samplesPerUplink))
      expect(bed.sequences()).toEqual([...bed.sequences().keys()])
      const gaps = gapsMinutes(bed, 0)
      // Two jumps between the cadences, and the first sample stands off the beat.
      expect(gaps.slice(1).filter((gap) => gap !== 10 && gap !== 30)).toEqual([])
      expect(gaps.filter((gap) => gap === 30).length).toBeGreaterThan(20)
    })

  test('sends what waits from before together, not one by one', () => {
    const { profile, cell } = onBattery(6)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    bed.loses = () => true
    bed.run(12 * HOUR_MS)
    cell.millivolts = 3_450
    bed.run(24 * HOUR_MS)
    bed.loses = () => false
    const before = bed.uplinks.length
    bed.run(36 * HOUR_MS)
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
    // 36 samples at ten minutes and 24 at thirty waited, 24 more came: six or eight a packet, and a few alone.
    expect(bed.uplinks.length - before).toBeLessThan(25)
  })
})

describe('a node with an empty battery', () => {
  test('keeps its radio off, keeps its samples, and sends them when the sun is back', () => {
    const { profile, cell } = onBattery(1)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    cell.millivolts = 3_300
    bed.run(7 * HOUR_MS)
    const before = bed.uplinks.length
    bed.run(20 * HOUR_MS)
    expect(bed.uplinks.length).toBe(before)
    cell.millivolts = 3_600
    bed.run(30 * HOUR_MS)
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
    expect(bed.sequences().length).toBeGreaterThan(36 + 26 + 18)
  })

  test('does not even join', () => {
    const { profile, cell } = onBattery(1)
    cell.millivolts = 3_300
    const bed = new Bed(profile)
    bed.run(12 * HOUR_MS)
    expect(bed.joins).toHaveLength(0)
    cell.millivolts = 3_700
    bed.run(14 * HOUR_MS)
    expect(bed.joins).toHaveLength(1)
    expect(bed.sequences()[0]).toBe(0)
  })

  test('is not silenced by a battery that can no longer be measured', () => {
    const { profile, cell } = onBattery(1)
    const bed = new Bed(profile)
    cell.millivolts = 3_300
    bed.run(3 * HOUR_MS)
    cell.missing = true
    bed.run(6 * HOUR_MS)
    expect(bed.sequences().length).toBeGreaterThan(15)
  })
})
