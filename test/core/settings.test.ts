/** The settings record: what goes in comes out, and every wrong record has its name. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc16 } from '../../core/crc16.ts'
import {
  decodeSettings,
  encodeSettings,
  settingsFault,
  SETTINGS_BYTES,
  settingsLayout,
  SETTINGS_VERSION,
  type Settings,
} from '../../core/settings.ts'

const seed = 20_260_803

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })

const anyNumbers: fc.Arbitrary<Settings> = fc.record({
  devEui: bytes(8),
  joinEui: bytes(8),
  appKey: bytes(16),
  latitudeE4: fc.integer({ min: -900_000, max: 900_000 }),
  longitudeE4: fc.integer({ min: -1_800_000, max: 1_800_000 }),
  intervalSeconds: fc.integer({ min: 0, max: 86_400 }),
  samplesPerUplink: fc.integer({ min: 0, max: 16 }),
  soilDryMillivolts: fc.integer({ min: 0, max: 3300 }),
  soilWetMillivolts: fc.integer({ min: 0, max: 3300 }),
  gaugeHeightMm: fc.integer({ min: -30_000, max: 30_000 }),
  alarmAbove: fc.integer({ min: -100_000, max: 300_000 }),
  alarmRise: fc.integer({ min: 0, max: 60_000 }),
  alarmWithinMinutes: fc.integer({ min: 0, max: 1_440 }),
  lampOnMinutes: fc.integer({ min: -120, max: 120 }),
  lampOffMinutes: fc.integer({ min: -120, max: 120 }),
  darkFromMinutes: fc.integer({ min: 0, max: 1_439 }),
  darkToMinutes: fc.integer({ min: 0, max: 1_439 }),
  utcOffsetMinutes: fc.integer({ min: -720, max: 840 }),
})

/** Fields that contradict each other have tests of their own. */
const anySettings = anyNumbers.map((numbers) => ({
  ...numbers,
  soilWetMillivolts: Math.max(0, Math.min(numbers.soilWetMillivolts, numbers.soilDryMillivolts - 100)),
  alarmWithinMinutes:
    60 * numbers.alarmWithinMinutes < numbers.intervalSeconds ? 0 : numbers.alarmWithinMinutes,
  darkToMinutes: (numbers.darkFromMinutes + (numbers.darkToMinutes % 601)) % 1_440,
}))

const village: Settings = {
  devEui: Uint8Array.from([0x70, 0xb3, 0xd5, 0x7e, 0xd0, 0x06, 0x53, 0xc8]),
  joinEui: new Uint8Array(8),
  appKey: Uint8Array.from({ length: 16 }, (_, i) => i),
  latitudeE4: 100_341,
  longitudeE4: 1_057_880,
  intervalSeconds: 600,
  samplesPerUplink: 6,
  soilDryMillivolts: 2_450,
  soilWetMillivolts: 1_020,
  gaugeHeightMm: -120,
  alarmAbove: -25_000,
  alarmRise: 40_000,
  alarmWithinMinutes: 90,
  lampOnMinutes: -15,
  lampOffMinutes: 20,
  darkFromMinutes: 1_320,
  darkToMinutes: 270,
  utcOffsetMinutes: -210,
}

/** The record with one field changed and its CRC made right again. */
function altered(change: (record: Uint8Array) => void): Uint8Array {
  const record = encodeSettings(village)
  change(record)
  const crc = crc16(record, 0, SETTINGS_BYTES - 2)
  record[SETTINGS_BYTES - 2] = crc >> 8
  record[SETTINGS_BYTES - 1] = crc
  return record
}

describe('settings', () => {
  test('have a layout that fills the record', () => {
    expect(1 + settingsLayout().reduce((sum, row) => sum + row.bytes, 0) + 2).toBe(SETTINGS_BYTES)
    expect(settingsLayout().map((row) => row.field)).toEqual(Object.keys(village))
  })

  test('stand on the wire as the layout says', () => {
    const hex = Buffer.from(encodeSettings(village)).toString('hex')
    expect(hex.slice(0, -4)).toBe(
      '01' +
        '70b3d57ed00653c8' +
        '0000000000000000' +
        '000102030405060708090a0b0c0d0e0f' +
        '000187f5' +
        '00102458' +
        '00000258' +
        '06' +
        '0992' +
        '03fc' +
        'ffffff88' +
        'ffff9e58' +
        '9c40' +
        '005a' +
        'f1' +
        '14' +
        '0528' +
        '010e' +
        'ff2e',
    )
  })

  test('come out as they went in', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        expect(settingsFault(settings)).toBeUndefined()
        expect(decodeSettings(encodeSettings(settings))).toEqual(settings)
      }),
      { seed, numRuns: 500 },
    )
  })

  test('are refused by name', () => {
    const record = encodeSettings(village)
    expect(decodeSettings(new Uint8Array(0))).toBe('short')
    expect(decodeSettings(record.subarray(0, SETTINGS_BYTES - 1))).toBe('short')
    expect(decodeSettings(Uint8Array.from([...record, 0]))).toBe('long')
    expect(decodeSettings(altered((bytes) => (bytes[0] = SETTINGS_VERSION + 1)))).toBe('version')
    expect(decodeSettings(altered((bytes) => (bytes[33] = 0x7f)))).toBe('range')
    expect(decodeSettings(altered((bytes) => (bytes[45] = 17)))).toBe('range')
    expect(decodeSettings(altered((bytes) => bytes.fill(0xff, 41, 45)))).toBe('range')
  })

  test('are refused when any bit of the record is wrong', () => {
    const record = encodeSettings(village)
    for (let bit = 0; bit < SETTINGS_BYTES * 8; bit++) {
      const wrong = Uint8Array.from(record)
      wrong[bit >> 3]! ^= 1 << (bit & 7)
      expect(decodeSettings(wrong)).toBe(bit < 8 ? 'version' : 'crc')
    }
  })

  test('name the field that does not fit', () => {
    expect(settingsFault({ ...village, appKey: new Uint8Array(15) })).toBe('appKey')
    expect(settingsFault({ ...village, latitudeE4: 900_001 })).toBe('latitudeE4')
    expect(settingsFault({ ...village, intervalSeconds: 0.5 })).toBe('intervalSeconds')
    expect(settingsFault({ ...village, samplesPerUplink: -1 })).toBe('samplesPerUplink')
  })

  test('that contradict each other are refused, by the name of one', () => {
    const wrong: [Partial<Settings>, string][] = [
      [{ soilDryMillivolts: 1_119 }, 'soilWetMillivolts'],
      [{ soilDryMillivolts: 0 }, 'soilWetMillivolts'],
      [{ intervalSeconds: 5_401 }, 'alarmWithinMinutes'],
      [{ darkToMinutes: 481 }, 'darkToMinutes'],
      [{ darkFromMinutes: 270, darkToMinutes: 1_320 }, 'darkToMinutes'],
    ]
    for (const [change, field] of wrong) {
      const settings = { ...village, ...change }
      expect(settingsFault(settings)).toBe(field)
      expect(decodeSettings(encodeSettings(settings))).toBe('range')
    }
    const good: Partial<Settings>[] = [
      { soilDryMillivolts: 1_120 },
      { soilDryMillivolts: 0, soilWetMillivolts: 0 },
      { intervalSeconds: 5_400 },
      { intervalSeconds: 5_401, alarmWithinMinutes: 0 },
      { darkToMinutes: 480 },
      { darkFromMinutes: 270, darkToMinutes: 270 },
    ]
    for (const change of good) expect(settingsFault({ ...village, ...change })).toBeUndefined()
  })

  test('never throw on random bytes', () => {
    const names = new Set<unknown>(['short', 'long', 'version', 'crc', 'range'])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (record) => names.has(decodeSettings(record))),
      { seed, numRuns: 100_000 },
    )
  })
})

test('the CRC is CRC-16/CCITT-FALSE', () => {
  expect(crc16(Buffer.from('123456789'), 0, 9)).toBe(0x29b1)
})
