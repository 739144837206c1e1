/** A change of settings over the air: all of it or nothing, never the keys, and nothing that random bytes could break. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  changeRecord,
  encodeConfigured,
  REFUSED_CONTRADICTION,
  REFUSED_LONG,
  REFUSED_RANGE,
  REFUSED_SHORT,
} from '../../core/configuration.ts'
import { decodeSettings, encodeSettings, settingsFault, type Settings } from '../../core/settings.ts'
import {
  configurable,
  configurationFault,
  decodeConfigured,
  encodeConfiguration,
  refusedField,
  type Configuration,
} from '../../gateway/configuration/change.ts'
import { SETTINGS } from '../firmware/bed.ts'

const seed = 5005
const RECORD = encodeSettings(SETTINGS)

const optional = (min: number, max: number) => fc.option(fc.integer({ min, max }), { nil: undefined })
const changes: fc.Arbitrary<Configuration> = fc
  .record({
    latitudeE4: optional(-900_000, 900_000),
    longitudeE4: optional(-1_800_000, 1_800_000),
    intervalSeconds: optional(0, 86_400),
    samplesPerUplink: optional(0, 16),
    soilDryMillivolts: optional(0, 3300),
    soilWetMillivolts: optional(0, 3300),
    gaugeHeightMm: optional(-30_000, 30_000),
    alarmAbove: optional(-100_000, 300_000),
    alarmRise: optional(0, 60_000),
    alarmWithinMinutes: optional(0, 1_440),
    lampOnMinutes: optional(-120, 120),
    lampOffMinutes: optional(-120, 120),
    darkFromMinutes: optional(0, 1_439),
    darkToMinutes: optional(0, 1_439),
    utcOffsetMinutes: optional(-720, 840),
  })
  .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)))
  .filter((each) => Object.keys(each).length > 0 && settingsFault({ ...SETTINGS, ...each }) === undefined)

/** The record after a change, or the outcome. */
function changed(bytes: Uint8Array): Settings | number {
  const record = RECORD.slice()
  const outcome = changeRecord(record, bytes)
  if (outcome !== 0) return outcome
  const settings = decodeSettings(record)
  if (settings === 'range') return REFUSED_CONTRADICTION
  if (typeof settings === 'string') throw new Error(settings)
  return settings
}

describe('a change', () => {
  test('gives the settings with its numbers and everything else as it was', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 65_535 }), (given, revision) => {
        expect(configurationFault(given)).toBeUndefined()
        expect(changed(encodeConfiguration(revision, given))).toEqual({ ...SETTINGS, ...given })
      }),
      { seed },
    )
  })

  test('with one bad field is refused as a whole, by the name of the field', () => {
    const bad: Configuration[] = [
      { latitudeE4: 900_001 },
      { longitudeE4: -1_800_001 },
      { intervalSeconds: 86_401 },
      { samplesPerUplink: 17 },
      { soilDryMillivolts: 3301 },
      { soilWetMillivolts: 65_535 },
      { gaugeHeightMm: 30_001 },
      { alarmAbove: 300_001 },
      { alarmRise: 60_001 },
      { alarmWithinMinutes: 1_441 },
      { lampOnMinutes: -121 },
      { lampOffMinutes: 121 },
      { darkFromMinutes: 1_440 },
      { darkToMinutes: 1_440 },
      { utcOffsetMinutes: -721 },
    ]
    bad.forEach((one, place) => {
      const [name] = Object.keys(one)
      expect(configurable()[place]).toBe(name)
      expect(configurationFault(one)).toBe(name)
      for (const rest of [{}, { intervalSeconds: 300, samplesPerUplink: 2, gaugeHeightMm: 1 }])
        expect(refusedField(changed(encodeConfiguration(7, { ...rest, ...one })) as number)).toBe(name)
    })
  })

  test('that is none has a name', () => {
    const good = encodeConfiguration(7, { intervalSeconds: 300 })
    for (let length = 0; length < good.length; length++)
      expect(changed(good.subarray(0, length))).toBe(REFUSED_SHORT)
    expect(changed(Uint8Array.from([...good, 0]))).toBe(REFUSED_LONG)
    expect(changed(encodeConfiguration(0, { intervalSeconds: 300 }))).toBe(REFUSED_RANGE)
    expect(changed(encodeConfiguration(7, {}))).toBe(REFUSED_RANGE)
    expect(changed(Uint8Array.from([0, 7, 0x80, 0]))).toBe(REFUSED_RANGE)
    expect([REFUSED_SHORT, REFUSED_LONG, REFUSED_RANGE, REFUSED_CONTRADICTION, 0].map(refusedField)).toEqual([
      'short',
      'long',
      'range',
      'contradiction',
      undefined,
    ])
  })

  test('100,000 random and mutated ones give a good record with the same keys, or an outcome', () => {
    const good = encodeConfiguration(7, { intervalSeconds: 300, gaugeHeightMm: -5, latitudeE4: 1 })
    const mutated = fc
      .tuple(fc.nat(good.length - 1), fc.nat(255))
      .map(([at, byte]) => good.map((old, i) => (i === at ? byte : old)))
    let taken = 0
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated), (bytes) => {
        const after = changed(bytes)
        if (typeof after === 'number') return after > 0 && after < 256
        taken++
        return (
          [after.devEui, after.joinEui, after.appKey].join() ===
          [SETTINGS.devEui, SETTINGS.joinEui, SETTINGS.appKey].join()
        )
      }),
      { seed, numRuns: 100_000 },
    )
    expect(taken).toBeGreaterThan(1000)
  }, 60_000)
})

test('an answer comes back, and another length has a name', () => {
  const answer = { revision: 65_535, outcome: 3, recordCrc: 0x8001 }
  const bytes = encodeConfigured(answer)
  expect(decodeConfigured(bytes)).toEqual(answer)
  expect(decodeConfigured(bytes.subarray(1))).toBe('short')
  expect(decodeConfigured(Uint8Array.from([...bytes, 0]))).toBe('long')
})
