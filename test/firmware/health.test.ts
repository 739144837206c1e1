/** Health packets, the watchdog and the safe profile, on a node whose program hangs, loses its way or runs out of memory. */
import { describe, expect, test, vi } from 'vitest'
import { CLOCK, ERROR, MODE, RESET } from '../../core/packet/index.ts'
import { DOWNLINK_PORT, SETTINGS_CHANGED } from '../../core/packet/types.ts'
import { decodeSettings, encodeSettings } from '../../core/settings.ts'
import { light } from '../../firmware/profiles/light.ts'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import { KIND } from '../../firmware/journal.ts'
import { encodeConfiguration } from '../../gateway/configuration/change.ts'
import { Bed, SETTINGS } from './bed.ts'
import { station } from './station.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const crc = ((): number => {
  const record = encodeSettings(SETTINGS)
  expect(typeof decodeSettings(record)).toBe('object')
  return (record.at(-2)! << 8) | record.at(-1)!
})()

describe('health', () => {
  test('is said after the first sample, and then once a day', () => {
    const bed = new Bed(station().profile)
    bed.run(3 * DAY_MS)
    expect(bed.healths.map(({ atMs }) => Math.floor(atMs / DAY_MS))).toEqual([0, 1, 2])
    expect(bed.healths[0]!.atMs).toBeLessThan(5 * 60_000)
    expect(bed.uplinks.findIndex(({ health }) => health)).toBe(2)
    expect(bed.healths[0]!.health).toEqual({
      resetReason: RESET.powerOn,
      supply: 0,
      mode: MODE.normal,
      clock: CLOCK.known,
      errors: 0,
      brownOuts: 0,
      crashes: 0,
      powerOns: 1,
      settingsVersion: crc,
      freeVariables: 800,
      batteryMillivolts: 3_900,
      held: 0,
    })
  })

  test('is said again after an hour when nothing answered', () => {
    const bed = new Bed(station().profile)
    bed.acknowledges = (uplink) => uplink.hello !== undefined
    bed.run(3.9 * HOUR_MS)
    expect(bed.healths.map(({ atMs }) => Math.round((atMs - bed.healths[0]!.atMs) / 60_000))).toEqual([
      0, 55, 110, 165, 220,
    ])
  })

  test('tells the fewest free variables since the last answer', () => {
    const bed = new Bed(station().profile)
    bed.run(6 * HOUR_MS)
    bed.freeVariables = 611
    bed.run(7 * HOUR_MS)
    bed.freeVariables = 800
    bed.run(DAY_MS + HOUR_MS)
    expect(bed.healths.map(({ health }) => health.freeVariables)).toEqual([800, 611])
  })

  test('is said at once when the battery’s gate changes', () => {
    const { profile, world } = station()
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    world.millivolts = 3_450
    bed.run(7 * HOUR_MS)
    expect(bed.healths).toHaveLength(2)
    expect(bed.healths[1]!.health).toMatchObject({ supply: 1, batteryMillivolts: 3_440 })
  })

  test('is said when the settings have changed, with their check sum', () => {
    const settings = {}
    const bed = new Bed(station().profile, settings)
    bed.run(6 * HOUR_MS)
    Object.assign(settings, { gaugeHeightMm: 5_000 })
    bed.run(7 * HOUR_MS)
    expect(bed.healths).toHaveLength(2)
    expect(bed.healths[1]!.health.settingsVersion).not.toBe(crc)
  })

  test('of a node that never sleeps is said when its settings have changed over the air', () => {
    const bed = new Bed(light)
    bed.run(3 * HOUR_MS)
    bed.downlink = {
      port: DOWNLINK_PORT.configuration,
      payload: encodeConfiguration(7, { lampOnMinutes: 15 }),
    }
    bed.run(4 * HOUR_MS)
    expect(bed.healths.at(-1)!.health.settingsVersion).toBe(SETTINGS_CHANGED + 7)
  })

  const starts: [Parameters<Bed['reset']>[0], number, number, number][] = [
    ['software', RESET.software, 1, 0],
    ['watchdog', RESET.watchdog, 1, 0],
    ['unknown', RESET.unknown, 1, 0],
    ['brownOut', RESET.brownOut, 1, 1],
    ['load', RESET.load, 0, 0],
  ]
  for (const [reason, resetReason, crashes, brownOuts] of starts)
    test(`a start by ${reason} is told at once, and is one record of the journal`, () => {
      const bed = new Bed(station().profile)
      bed.run(6 * HOUR_MS + 200_000)
      const write = vi.spyOn(bed.flash, 'write')
      bed.reset(reason)
      bed.run(bed.worldMs + 1)
      const records = write.mock.calls.filter(([, bytes]) => bytes[0]! >> 3 === KIND.node)
      expect(records).toHaveLength(1)
      bed.run(bed.worldMs + 60_000)
      expect(bed.healths).toHaveLength(2)
      expect(bed.healths[1]!.health).toMatchObject({ resetReason, crashes, brownOuts })
    })

  test('a brown-out that loses the clock too is one brown-out, and one more power-on', () => {
    const bed = new Bed(station().profile)
    bed.run(6 * HOUR_MS)
    bed.cutPower(60_000, 'brownOut')
    bed.run(7 * HOUR_MS)
    const counts = { resetReason: RESET.brownOut, crashes: 1, brownOuts: 1, powerOns: 2 }
    expect(bed.healths.at(-1)!.health).toMatchObject(counts)
  })

  test('a restart on a low battery is taken for the brown-out it was', () => {
    const { profile, world } = station()
    world.millivolts = 3_450
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    bed.reset('software')
    bed.run(7 * HOUR_MS)
    expect(bed.healths.at(-1)!.health).toMatchObject({ brownOuts: 1, crashes: 1 })
  })
})

describe('the watchdog', () => {
  test('never bites a node that works, also when every exchange hangs for two minutes', () => {
    const bed = new Bed(station().profile)
    bed.run(6 * HOUR_MS)
    bed.hangs = true
    const before = bed.uplinks.length
    bed.run(2 * DAY_MS)
    expect(bed.uplinks.length).toBeGreaterThan(before + 20)
    expect(bed.bites).toEqual([])
  })

  test('ends a wake that does not come to its end after three minutes', () => {
    const { profile, world } = station()
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    world.hangs = true
    bed.run(7 * HOUR_MS)
    world.hangs = false
    const wakes = bed.bites.map((atMs) => Math.round((atMs - bed.bites[0]!) / 1000))
    expect(bed.bites.length).toBeGreaterThan(2)
    expect(wakes[1]).toBeGreaterThanOrEqual(180)
  })

  test('never bites a lamp, and bites one that stands still', () => {
    const bed = new Bed(light)
    bed.run(DAY_MS)
    expect(bed.bites).toEqual([])
    bed.standStill()
    bed.run(DAY_MS + HOUR_MS)
    expect(bed.bites).toHaveLength(1)
    expect(bed.healths.at(-1)!.health).toMatchObject({ resetReason: RESET.watchdog, crashes: 1 })
  })
})

describe('running out of memory', () => {
  test('is told, counted, and ends the wake at once', () => {
    const bed = new Bed(station().profile)
    bed.run(6 * HOUR_MS)
    bed.at(1, () => bed.lose(['LOW_MEMORY', 'MEMORY']))
    bed.run(7 * HOUR_MS)
    expect(bed.bites).toEqual([])
    expect(bed.healths[1]!.health).toMatchObject({
      resetReason: RESET.memory,
      errors: ERROR.memory | ERROR.lowMemory,
      crashes: 1,
    })
    bed.run(2 * DAY_MS)
    // Answered, it is told no more.
    expect(bed.healths.at(-1)!.health).toMatchObject({ errors: 0, crashes: 1 })
  })
})

describe('the safe profile', () => {
  /** A node that hangs at every sample; it has crashed three times when this returns. */
  function crashing(): { bed: Bed; world: ReturnType<typeof station>['world'] } {
    const { profile, world } = station()
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    world.hangs = true
    bed.run(7 * HOUR_MS)
    expect(bed.bites).toHaveLength(3)
    return { bed, world }
  }

  test('is entered after three crashes: health and battery once an hour, nothing else', () => {
    const { bed, world } = crashing()
    const [from, taken, sequences] = [bed.worldMs, world.taken, bed.sequences().length]
    world.millivolts = 3_800
    bed.run(17 * HOUR_MS)
    const said = bed.healths.filter(({ atMs }) => atMs > from)
    expect(said.length).toBeGreaterThanOrEqual(9)
    expect(said.length).toBeLessThanOrEqual(11)
    expect(said.at(-1)!.health).toMatchObject({ mode: MODE.safe, crashes: 3, batteryMillivolts: 3_800 })
    expect(bed.bites).toHaveLength(3)
    expect([world.taken, bed.sequences().length]).toEqual([taken, sequences])
    expect(bed.uplinks.filter(({ atMs, health }) => atMs > from && !health)).toEqual([])
  })

  test('is not entered by two crashes, nor by three of which one was more than a day before', () => {
    const bed = new Bed(station().profile)
    for (const hours of [6, 8, 40, 50]) {
      bed.run(hours * HOUR_MS)
      bed.reset()
    }
    bed.run(60 * HOUR_MS)
    expect(bed.healths.at(-1)!.health).toMatchObject({ mode: MODE.normal, crashes: 4 })
    bed.reset()
    bed.run(61 * HOUR_MS)
    expect(bed.healths.at(-1)!.health).toMatchObject({ mode: MODE.safe, crashes: 5 })
  })

  test('ends after a day without a crash', () => {
    const { bed, world } = crashing()
    world.hangs = false
    const before = bed.sequences().length
    bed.run(bed.bites[2]! + DAY_MS - HOUR_MS)
    expect(bed.sequences()).toHaveLength(before)
    bed.run(bed.bites[2]! + DAY_MS + 3 * HOUR_MS)
    expect(bed.healths.at(-1)!.health.mode).toBe(MODE.normal)
    expect(bed.sequences().length).toBeGreaterThan(before + 10)
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
  })

  const ways: [string, (bed: Bed) => void][] = [
    [
      'a downlink',
      (bed) => (bed.downlink = { port: DOWNLINK_PORT.mode, payload: Uint8Array.of(MODE.normal) }),
    ],
    ['an upload', (bed) => bed.reset('load')],
    ['other settings', (bed) => Object.assign(bed.settings, { soilDryMillivolts: 2_500 })],
  ]
  for (const [way, take] of ways)
    test(`ends by ${way}`, () => {
      const { bed, world } = crashing()
      world.hangs = false
      const before = bed.sequences().length
      take(bed)
      bed.run(bed.worldMs + 4 * HOUR_MS)
      expect(bed.sequences().length).toBeGreaterThan(before + 10)
      expect(bed.healths.at(-1)!.health.mode).toBe(MODE.normal)
    })

  test('goes on by a downlink that is no mode', () => {
    const { bed } = crashing()
    bed.downlink = { port: DOWNLINK_PORT.mode, payload: Uint8Array.of(7) }
    bed.run(bed.worldMs + 4 * HOUR_MS)
    expect(bed.logs).toContain('mode range')
    expect(bed.healths.at(-1)!.health.mode).toBe(MODE.safe)
  })

  test('is kept through a loss of power, and its end with it', () => {
    const { bed, world } = crashing()
    world.hangs = false
    bed.cutPower(5 * HOUR_MS)
    bed.run(bed.worldMs + 8 * HOUR_MS)
    expect(bed.healths.at(-1)!.health).toMatchObject({ mode: MODE.safe, powerOns: 2 })
    bed.run(bed.worldMs + 24 * HOUR_MS)
    expect(bed.healths.at(-1)!.health.mode).toBe(MODE.normal)
  })

  test('of a lamp is light, until its day is over', () => {
    const bed = new Bed(light)
    bed.run(12 * HOUR_MS)
    for (let i = 0; i < 3; i++) {
      bed.reset()
      bed.run(bed.worldMs + 60_000)
    }
    const from = bed.worldMs
    const lit = (): boolean | undefined => bed.pins.get(ttgoLora32V21.mount.relay)
    for (let hour = 0; hour < 20; hour++) {
      bed.run(bed.worldMs + HOUR_MS)
      expect(lit()).toBe(true)
    }
    expect(bed.uplinks.filter(({ atMs, health }) => atMs > from && !health)).toEqual([])
    bed.run(bed.worldMs + 6 * HOUR_MS)
    expect(bed.healths.at(-1)!.health.mode).toBe(MODE.normal)
    expect(bed.bites).toEqual([])
  })
})
