/** The sensors' rail: what happens at the pins, in which order and when, whatever a sensor does or fails to do. */
import { describe, expect, test, vi } from 'vitest'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import type { Hal } from '../../firmware/hal/index.ts'
import { runBattery } from '../../firmware/node.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import type { Sensor, SensorError } from '../../firmware/sensors/sensor.ts'
import { Bed } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const { rail } = ttgoLora32V21.mount
const DRIVEN = 14
const HOUR_MS = 3_600_000
/** What the sampling allows for a whole cycle. */
const CYCLE_MS = 60_000
const WARM_UP_MS = 300
const MEASURE_MS = 20

/** All that a driver can do wrong: its errors, a time that never ends, before and while it measures, and what its contract forbids. */
const FAULTS = [
  'none',
  'noAnswer',
  'badCrc',
  'range',
  'late',
  'cold',
  'throwsAtStart',
  'throwsAtRead',
] as const
type Fault = (typeof FAULTS)[number]
const THROWS: readonly Fault[] = ['throwsAtStart', 'throwsAtRead']
const ERRORS: readonly string[] = ['noAnswer', 'badCrc', 'range'] satisfies SensorError[]

type Moment = [what: string, atMs: number]

/** A driver that writes down when it is asked; on the rail unless it says otherwise. */
function driver(
  name: string,
  fault: Fault,
  note: (what: string) => void,
  id: number,
  switched = true,
): Sensor {
  const warmUpMs = fault === 'cold' ? 10 * HOUR_MS : WARM_UP_MS
  return {
    quantities: [id],
    ...(switched ? { warmUpMs, drives: DRIVEN } : {}),
    start: () => {
      note(`start ${name}`)
      if (fault === 'throwsAtStart') throw new Error('start')
      return fault === 'late' ? HOUR_MS : MEASURE_MS
    },
    read: (into, at) => {
      note(`read ${name}`)
      if (fault === 'throwsAtRead') throw new Error('read')
      if (ERRORS.includes(fault)) return fault as SensorError
      into[at] = 2_500
      return 'ok'
    },
  }
}

/** A node in its bed with what `mount` hangs on it, and what it does at the pins. */
function life(mount: (note: (what: string) => void) => Sensor[]): { bed: Bed; moments: Moment[] } {
  const moments: Moment[] = []
  const listen = (hal: Hal): ((what: string) => void) => {
    const note = (what: string): void => void moments.push([what, hal.clock.nowMs()])
    const { deepSleep } = hal.power
    const write = (pin: number, high: boolean): void => {
      note(`${pin === rail ? 'rail' : pin === DRIVEN ? 'driven' : pin} ${high ? 'high' : 'low'}`)
    }
    Object.assign(hal.gpio, { write })
    Object.assign(hal.power, {
      deepSleep: (durationMs: number) => {
        note('sleep')
        deepSleep(durationMs)
      },
    })
    return note
  }
  const profile: Profile = {
    name: 'air',
    quantities: [3, 4],
    intervalSeconds: 600,
    samplesPerUplink: 6,
    mount: (hal) => mount(listen(hal)),
    run: runBattery,
  }
  return { bed: new Bed(profile), moments }
}

const whats = (moments: readonly Moment[]): string[] => moments.map(([what]) => what)
const at = (moments: readonly Moment[], what: string): number => moments.find(([each]) => each === what)![1]
/** Until the first sleep. */
const wake = (moments: readonly Moment[]): Moment[] => {
  const end = whats(moments).indexOf('sleep')
  return end < 0 ? [...moments] : moments.slice(0, end)
}

const ON = ['driven low', 'driven low', 'rail high']
const OFF = ['driven low', 'driven low', 'rail low']

describe('the sensors rail', () => {
  for (const fault of FAULTS)
    for (const first of [true, false])
      test(`${fault} of the ${first ? 'first' : 'second'} sensor: on, warm, start, read, off, and only then sleep`, () => {
        const { bed, moments } = life((note) => [
          driver('a', first ? fault : 'none', note, 3),
          driver('b', first ? 'none' : fault, note, 4),
        ])
        const live = (): void => bed.run(5 * 60_000)
        if (THROWS.includes(fault)) expect(live).toThrow(/^(start|read)$/)
        else live()
        const seen = wake(moments)
        const starts = fault === 'throwsAtStart' && first ? ['start a'] : ['start a', 'start b']
        const reads =
          fault === 'throwsAtStart'
            ? []
            : fault === 'throwsAtRead' && first
              ? ['read a']
              : ['read a', 'read b']
        expect(whats(seen)).toEqual([...ON, ...starts, ...reads, ...OFF])
        const onMs = at(seen, 'rail high')
        const warmMs = fault === 'cold' ? CYCLE_MS : WARM_UP_MS
        expect(at(seen, 'start a') - onMs).toBe(warmMs)
        const cycleMs = fault === 'late' || fault === 'cold' ? CYCLE_MS : WARM_UP_MS + MEASURE_MS
        const offMs = fault === 'throwsAtStart' ? warmMs : cycleMs
        expect(at(seen, 'rail low') - onMs).toBe(offMs)
      })

  test('a sensor that fails leaves the others their values', () => {
    for (const fault of ['noAnswer', 'late', 'cold'] as const) {
      const { bed } = life((note) => [driver('a', fault, note, 3), driver('b', 'none', note, 4)])
      bed.run(10 * 60_000)
      const [sample] = [...bed.stored.get(bed.epoch!)!.values()]
      expect(sample!.values[1]).toBe(2_500)
    }
  })

  test('nothing is switched for sensors that have power at all times, nor is there anything to wait for', () => {
    const { bed, moments } = life((note) => [driver('a', 'none', note, 3, false)])
    bed.run(60_000)
    expect(whats(wake(moments))).toEqual(['start a', 'read a'])
    expect(at(moments, 'read a') - at(moments, 'start a')).toBe(MEASURE_MS)
  })

  test('the slowest to warm up is waited for, once', () => {
    const { bed, moments } = life((note) => [
      { ...driver('a', 'none', note, 3), warmUpMs: 100 },
      { ...driver('b', 'none', note, 4), warmUpMs: 700 },
    ])
    bed.run(60_000)
    expect(at(moments, 'start a') - at(moments, 'rail high')).toBe(700)
    expect(at(moments, 'start b')).toBe(at(moments, 'start a'))
  })

  test('memory that is lost in the middle of a sample: off before the sleep that restarts the node', () => {
    const { bed, moments } = life((note) => [driver('a', 'none', note, 3)])
    bed.run(WARM_UP_MS + 5)
    bed.lose(['MEMORY'])
    expect(whats(moments)).toEqual(['driven low', 'rail high', 'start a', 'rail low', 'sleep'])
  })
})
