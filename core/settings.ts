/** Settings: the record a technician writes on a node, once, by cable. Every number is big-endian and an integer.
 *  The record is a version byte, the fields of `settingsLayout` in their order, and a CRC-16 over all before it. */
import { crc16 } from './crc16.ts'

export interface Settings {
  /** 8 bytes as printed (big-endian). */
  devEui: Uint8Array
  /** 8 bytes as printed (big-endian). */
  joinEui: Uint8Array
  /** 16 bytes. */
  appKey: Uint8Array
  /** 0.0001 degrees, north positive. */
  latitudeE4: number
  /** 0.0001 degrees, east positive. */
  longitudeE4: number
  /** Between two samples; 0 leaves the profile's own. */
  intervalSeconds: number
  /** Samples that wait for one uplink; 0 leaves the profile's own. */
  samplesPerUplink: number
  /** The soil probe's output in dry air and in water: two-point calibration. */
  soilDryMillivolts: number
  soilWetMillivolts: number
  /** The gauge's sensor above the datum of the water level. */
  gaugeHeightMm: number
}

export type SettingsError = 'short' | 'long' | 'version' | 'crc' | 'range'

export type SettingsField = keyof Settings

interface FieldLayout {
  readonly field: SettingsField
  readonly bytes: number
  /** Range of a number; a field without one is a run of bytes. */
  readonly min?: number
  readonly max?: number
}

export const SETTINGS_VERSION = 1

/** The fields in the order of the record. Made when it is asked for: a node reads it once at each start and needs the memory afterwards.
 *  The longest interval is a day: a silent node must be noticed by then. */
export const settingsLayout = (): readonly FieldLayout[] => [
  { field: 'devEui', bytes: 8 },
  { field: 'joinEui', bytes: 8 },
  { field: 'appKey', bytes: 16 },
  { field: 'latitudeE4', bytes: 4, min: -900_000, max: 900_000 },
  { field: 'longitudeE4', bytes: 4, min: -1_800_000, max: 1_800_000 },
  { field: 'intervalSeconds', bytes: 4, min: 0, max: 86_400 },
  { field: 'samplesPerUplink', bytes: 1, min: 0, max: 16 },
  { field: 'soilDryMillivolts', bytes: 2, min: 0, max: 3_300 },
  { field: 'soilWetMillivolts', bytes: 2, min: 0, max: 3_300 },
  { field: 'gaugeHeightMm', bytes: 4, min: -30_000, max: 30_000 },
]

export const CRC_BYTES = 2

/** Bytes of a record: 56. */
export const SETTINGS_BYTES = 1 + 8 + 8 + 16 + 4 + 4 + 4 + 1 + 2 + 2 + 4 + CRC_BYTES

/** The values in the order of the layout: by name here and by place there, because the build shortens the names of properties. */
function valuesOf(settings: Settings): readonly (number | Uint8Array)[] {
  return [
    settings.devEui,
    settings.joinEui,
    settings.appKey,
    settings.latitudeE4,
    settings.longitudeE4,
    settings.intervalSeconds,
    settings.samplesPerUplink,
    settings.soilDryMillivolts,
    settings.soilWetMillivolts,
    settings.gaugeHeightMm,
  ]
}

export function inRange(row: FieldLayout, value: number): boolean {
  return value % 1 === 0 && value >= row.min! && value <= row.max!
}

/** A whole number of 1, 2 or 4 bytes, big-endian; with sign where its range has one. */
export function readNumber(record: Uint8Array, at: number, row: FieldLayout): number {
  let value = 0
  for (let i = 0; i < row.bytes; i++) value = (value << 8) | record[at + i]!
  return row.min! < 0 ? value : value >>> 0
}

export function writeNumber(record: Uint8Array, at: number, bytes: number, value: number): void {
  for (let i = 0; i < bytes; i++) record[at + i] = value >> (8 * (bytes - 1 - i))
}

/** The first field that a record could not hold, or undefined when all is well: what a tool asks before it encodes. */
export function settingsFault(settings: Settings): SettingsField | undefined {
  const values = valuesOf(settings)
  const wrong = settingsLayout().find((row, index) => {
    const value = values[index]
    if (row.min === undefined) return !(value instanceof Uint8Array) || value.length !== row.bytes
    return typeof value !== 'number' || !inRange(row, value)
  })
  return wrong?.field
}

/** The record of `settings`, which `settingsFault` finds without fault: 56 bytes. */
export function encodeSettings(settings: Settings): Uint8Array {
  const record = new Uint8Array(SETTINGS_BYTES)
  const values = valuesOf(settings)
  record[0] = SETTINGS_VERSION
  let at = 1
  settingsLayout().forEach((row, index) => {
    const value = values[index]!
    if (typeof value === 'number') writeNumber(record, at, row.bytes, value)
    else record.set(value, at)
    at += row.bytes
  })
  writeNumber(record, at, CRC_BYTES, crc16(record, 0, at))
  return record
}

/** Reads and checks a record. Errors: 'short' and 'long' by length, then 'version', 'crc', 'range'. */
export function decodeSettings(record: Uint8Array): Settings | SettingsError {
  if (record.length < SETTINGS_BYTES) return 'short'
  if (record.length > SETTINGS_BYTES) return 'long'
  if (record[0] !== SETTINGS_VERSION) return 'version'
  const end = SETTINGS_BYTES - CRC_BYTES
  if (crc16(record, 0, end) !== ((record[end]! << 8) | record[end + 1]!)) return 'crc'
  const bytes: Uint8Array[] = []
  const numbers: number[] = []
  let at = 1
  for (const row of settingsLayout()) {
    if (row.min === undefined) bytes.push(record.subarray(at, at + row.bytes))
    else {
      const value = readNumber(record, at, row)
      if (!inRange(row, value)) return 'range'
      numbers.push(value)
    }
    at += row.bytes
  }
  return {
    devEui: bytes[0]!,
    joinEui: bytes[1]!,
    appKey: bytes[2]!,
    latitudeE4: numbers[0]!,
    longitudeE4: numbers[1]!,
    intervalSeconds: numbers[2]!,
    samplesPerUplink: numbers[3]!,
    soilDryMillivolts: numbers[4]!,
    soilWetMillivolts: numbers[5]!,
    gaugeHeightMm: numbers[6]!,
  }
}
