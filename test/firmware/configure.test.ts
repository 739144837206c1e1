/** Settings changed over the air: in force at once, answered, kept through power cuts as a whole, and outranked by a technician's new record. */
import { describe, expect, test, vi } from 'vitest'
import { REFUSED_CONTRADICTION } from '../../core/configuration.ts'
import { DOWNLINK_PORT, SETTINGS_CHANGED, UPLINK_PORT } from '../../core/packet/index.ts'
import { encodeSettings } from '../../core/settings.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import {
  decodeConfigured,
  encodeConfiguration,
  type Configuration,
} from '../../gateway/configuration/change.ts'
import { Bed, SETTINGS } from './bed.ts'
import { commanded, expectOldOrNew, keptSettings } from './commandedBed.ts'
import { onRiver } from './river.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000

const answers = (bed: Bed) =>
  bed.uplinks
    .filter(({ port }) => port === UPLINK_PORT.configured)
    .map(({ payload }) => decodeConfigured(payload))

const crcOf = (record: Uint8Array): number => (record.at(-2)! << 8) | record.at(-1)!

describe('a change', () => {
  test('is in force at once, and answered with the record it made', () => {
    const bed = commanded(9, { intervalSeconds: 120, samplesPerUplink: 2 })
    bed.runHours(4)
    const recordCrc = crcOf(encodeSettings({ ...SETTINGS, intervalSeconds: 120, samplesPerUplink: 2 }))
    expect(answers(bed)).toEqual([{ revision: 9, outcome: 0, recordCrc }])
    const last = bed.uplinks.filter(({ decoded }) => decoded).slice(-3)
    expect(last.map(({ decoded }) => decoded!.intervalSeconds)).toEqual([120, 120, 120])
    expect(bed.uplinks.at(-1)!.atMs - bed.uplinks.at(-2)!.atMs).toBeLessThan(300_000)
    const versions = bed.healths.map(({ health }) => health.settingsVersion)
    expect(versions).toEqual([crcOf(encodeSettings(SETTINGS)), SETTINGS_CHANGED + 9])
  })

  test('outlives a power cut', () => {
    const bed = commanded(9, { intervalSeconds: 120 })
    bed.runHours(3)
    bed.cutPower(60_000)
    bed.runHours(1)
    expect(bed.sleeps.at(-1)).toBeLessThanOrEqual(120_000)
  })

  test('with one bad field changes nothing, and the answer has its place', () => {
    const bed = commanded(9, { intervalSeconds: 120, samplesPerUplink: 17 })
    bed.runHours(3)
    const recordCrc = crcOf(encodeSettings(SETTINGS))
    // The fourth number of the record.
    expect(answers(bed)).toEqual([{ revision: 9, outcome: 4, recordCrc }])
    expect(keptSettings(bed)).toEqual(SETTINGS)
  })

  test('of every length and content leaves a node that reports', () => {
    for (let length = 0; length < 40; length++) {
      const bed = new Bed(soil)
      bed.run(1.5 * HOUR_MS)
      bed.downlink = {
        port: DOWNLINK_PORT.configuration,
        payload: new Uint8Array(length).fill(37 * length + 1),
      }
      const before = bed.uplinks.length
      bed.runHours(3)
      expect(bed.uplinks.length).toBeGreaterThan(before + 2)
      expect(answers(bed)).toHaveLength(1)
    }
  })

  test('that is repeated is answered again', () => {
    const bed = commanded(9, { intervalSeconds: 600 })
    bed.runHours(3)
    bed.downlink = {
      port: DOWNLINK_PORT.configuration,
      payload: encodeConfiguration(9, { intervalSeconds: 600 }),
    }
    bed.runHours(1.5)
    expect(answers(bed)).toHaveLength(2)
    expect(keptSettings(bed)).toEqual({ ...SETTINGS, intervalSeconds: 600 })
  })

  test('is over when a technician writes another record, not when the same one is still there', () => {
    const bed = commanded(9, { intervalSeconds: 120 })
    bed.runHours(3)
    bed.reset()
    bed.runHours(1)
    expect(keptSettings(bed)).toMatchObject({ intervalSeconds: 120 })
    Object.assign(bed.settings, { gaugeHeightMm: 77 })
    bed.reset()
    bed.runHours(1)
    expect(keptSettings(bed)).toEqual({ ...SETTINGS, gaugeHeightMm: 77 })
  })
})

describe('fields that contradict each other', () => {
  test('change nothing, within the change or with the rest of the record', () => {
    const changes: Configuration[] = [
      { alarmAbove: 5, intervalSeconds: 7_200, alarmWithinMinutes: 119 },
      { darkFromMinutes: 300, darkToMinutes: 1_320, intervalSeconds: 60 },
      // The bed's probe has 1,000 mV in water, and no dark span.
      { soilDryMillivolts: 1_099 },
      { darkToMinutes: 601 },
    ]
    for (const change of changes) {
      const bed = commanded(9, change)
      bed.runHours(3)
      const recordCrc = crcOf(encodeSettings(SETTINGS))
      expect(answers(bed)).toEqual([{ revision: 9, outcome: REFUSED_CONTRADICTION, recordCrc }])
      expect(keptSettings(bed)).toEqual(SETTINGS)
    }
  })
})

describe('a threshold changed over the air', () => {
  test('makes the very next reading beyond it an alarm, sent in the wake that measured it', () => {
    const { profile, river } = onRiver(6)
    const bed = new Bed(profile)
    bed.run(6.2 * HOUR_MS)
    const change = encodeConfiguration(4, { alarmAbove: 10_500 })
    bed.downlink = { port: DOWNLINK_PORT.configuration, payload: change }
    while (answers(bed).length === 0) bed.run(bed.worldMs + 1000)
    // In six hours without alarm every batch had its six.
    const batches = () => bed.uplinks.filter(({ decoded, atMs }) => decoded && atMs > 2 * HOUR_MS)
    const before = batches().map(({ decoded }) => decoded!.samples.length)
    expect(new Set(before)).toEqual(new Set([6]))
    river.level = 10_500
    const taken = river.taken
    while (river.taken === taken) bed.run(bed.worldMs + 1000)
    const measuredMs = bed.worldMs
    bed.run(bed.worldMs + 10_000)
    const [alarm, ...more] = batches().slice(before.length)
    expect(more).toEqual([])
    expect(Math.abs(alarm!.atMs - measuredMs)).toBeLessThan(3_000)
    const { samples } = alarm!.decoded!
    expect([samples.length, samples.at(-1)!.values[0]]).toEqual([1, 10_500])
  })
})

describe('the power cut at any step of flash while a change is taken', () => {
  test('leaves the old settings or the new ones: every 55th step', () => expectOldOrNew(55))
})
