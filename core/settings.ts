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
  /** When a reading is an alarm: these stand for what the profile's first alarm says, in its quantity's integers; 0 leaves the profile's own.
   *  A threshold that nothing reaches is no alarm. */
  alarmAbove: number
  alarmRise: number
  alarmWithinMinutes: number
  /** When a lamp is lit: so long after sunset until so long after sunrise (negative: before). */
  lampOnMinutes: number
  lampOffMinutes: number
  /** A span of the night in which it is dark all the same, as minutes since midnight of the local time; none where both are equal. */
  darkFromMinutes: number
  darkToMinutes: number
  /** Local time. In the record, because no longitude tells it: India has 5 h 30 min, and half of Europe another time than its sun. */
  utcOffsetMinutes: number
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

const DEV_EUI = 1
const JOIN_EUI = DEV_EUI + 8
const APP_KEY = JOIN_EUI + 8
/** Where the numbers begin in a record. */
export const NUMBERS_AT = APP_KEY + 16
/** Of `numberRows`: width, lowest, highest. */
export const ROW = 3

/** Three entries a number, in the order of the record. Made when it is asked for, and flat: a node reads it once at each start and needs the memory afterwards.
 *  The longest interval is a day: a silent node must be noticed by then. */
// prettier-ignore
export const numberRows = (): readonly number[] => [
  4, -900_000, 900_000,
  4, -1_800_000, 1_800_000,
  4, 0, 86_400,
  1, 0, 16,
  2, 0, 3_300,
  2, 0, 3_300,
  4, -30_000, 30_000,
  4, -100_000, 300_000,
  2, 0, 60_000,
  2, 0, 1_440,
  1, -120, 120,
  1, -120, 120,
  2, 0, 1_439,
  2, 0, 1_439,
  2, -720, 840,
]

const NUMBERS: readonly SettingsField[] = [
  'latitudeE4',
  'longitudeE4',
  'intervalSeconds',
  'samplesPerUplink',
  'soilDryMillivolts',
  'soilWetMillivolts',
  'gaugeHeightMm',
  'alarmAbove',
  'alarmRise',
  'alarmWithinMinutes',
  'lampOnMinutes',
  'lampOffMinutes',
  'darkFromMinutes',
  'darkToMinutes',
  'utcOffsetMinutes',
]

/** The fields by name, in the order of the record: what a tool works with. */
export function settingsLayout(): readonly FieldLayout[] {
  const rows = numberRows()
  return [
    { field: 'devEui', bytes: 8 },
    { field: 'joinEui', bytes: 8 },
    { field: 'appKey', bytes: 16 },
    ...NUMBERS.map((field, place) => ({
      field,
      bytes: rows[ROW * place]!,
      min: rows[ROW * place + 1]!,
      max: rows[ROW * place + 2]!,
    })),
  ]
}

/** Fields that are no numbers, before the others. */
const KEYS = 3
/** Places of numbers. */
const INTERVAL = 2
const SOIL_DRY = 4
const SOIL_WET = 5
const ALARM_WITHIN = 9
const DARK_FROM = 12
const DARK_TO = 13
/** Calibration points nearer than this tell nothing apart, and dry soil has the higher voltage (firmware/sensors/soilProbe.ts). */
const SOIL_MILLIVOLTS_MIN = 100
const DAY_MINUTES = 1_440
/** The darkest that a lamp can be told: with more the two times are the wrong way round, and it would not burn all night. */
const DARK_MINUTES_MAX = 600

/** The place of a number, from 1, that contradicts another one: a probe as wet in air as in water, a rise within less than two samples, a dark span of
 *  more than a night. 0 when there is none. A number that is not known is NaN and contradicts nothing. */
export function contradiction(numbers: readonly number[]): number {
  const wet = numbers[SOIL_WET]!
  const withinMinutes = numbers[ALARM_WITHIN]!
  const darkMinutes = (numbers[DARK_TO]! - numbers[DARK_FROM]! + DAY_MINUTES) % DAY_MINUTES
  if (wet > 0 && numbers[SOIL_DRY]! - wet < SOIL_MILLIVOLTS_MIN) return SOIL_WET + 1
  if (withinMinutes > 0 && numbers[INTERVAL]! > 60 * withinMinutes) return ALARM_WITHIN + 1
  return darkMinutes > DARK_MINUTES_MAX ? DARK_TO + 1 : 0
}

export const CRC_BYTES = 2

/** Bytes of a record: 72. */
export const SETTINGS_BYTES =
  NUMBERS_AT + 4 + 4 + 4 + 1 + 2 + 2 + 4 + 4 + 2 + 2 + 1 + 1 + 2 + 2 + 2 + CRC_BYTES

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
    settings.alarmAbove,
    settings.alarmRise,
    settings.alarmWithinMinutes,
    settings.lampOnMinutes,
    settings.lampOffMinutes,
    settings.darkFromMinutes,
    settings.darkToMinutes,
    settings.utcOffsetMinutes,
  ]
}

export function inRange(row: FieldLayout, value: number): boolean {
  return value % 1 === 0 && value >= row.min! && value <= row.max!
}

/** The number of `row` (an index into `rows`) at `at`: big-endian, with sign where its range has one; NaN when it is out of its range. */
export function readNumber(record: Uint8Array, at: number, rows: readonly number[], row: number): number {
  const bytes = rows[row]!
  const min = rows[row + 1]!
  let value = 0
  for (let i = 0; i < bytes; i++) value = (value << 8) | record[at + i]!
  const above = 32 - 8 * bytes
  value = min < 0 ? (value << above) >> above : value >>> 0
  return value < min || value > rows[row + 2]! ? NaN : value
}

export function writeNumber(record: Uint8Array, at: number, bytes: number, value: number): void {
  for (let i = 0; i < bytes; i++) record[at + i] = value >> (8 * (bytes - 1 - i))
}

/** The first field that a record could not hold, or that contradicts another, or undefined when all is well: what a tool asks before it encodes. */
export function settingsFault(settings: Settings): SettingsField | undefined {
  const values = valuesOf(settings)
  const layout = settingsLayout()
  const wrong = layout.find((row, index) => {
    const value = values[index]
    if (row.min === undefined) return !(value instanceof Uint8Array) || value.length !== row.bytes
    return typeof value !== 'number' || !inRange(row, value)
  })
  if (wrong) return wrong.field
  const place = contradiction(values.slice(KEYS) as number[])
  return place > 0 ? layout[KEYS + place - 1]!.field : undefined
}

/** The record of `settings`, which `settingsFault` finds without fault: 72 bytes. */
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

/** Reads and checks a record. Errors: 'short' and 'long' by length, then 'version', 'crc', 'range' (a field out of its range, or two that contradict each other). */
export function decodeSettings(record: Uint8Array): Settings | SettingsError {
  if (record.length < SETTINGS_BYTES) return 'short'
  if (record.length > SETTINGS_BYTES) return 'long'
  if (record[0] !== SETTINGS_VERSION) return 'version'
  const end = SETTINGS_BYTES - CRC_BYTES
  if (crc16(record, 0, end) !== ((record[end]! << 8) | record[end + 1]!)) return 'crc'
  const rows = numberRows()
  const numbers: number[] = []
  let at = NUMBERS_AT
  for (let row = 0; row < rows.length; row += ROW) {
    const value = readNumber(record, at, rows, row)
    if (isNaN(value)) return 'range'
    numbers.push(value)
    at += rows[row]!
  }
  if (contradiction(numbers) > 0) return 'range'
  return {
    devEui: record.subarray(DEV_EUI, JOIN_EUI),
    joinEui: record.subarray(JOIN_EUI, APP_KEY),
    appKey: record.subarray(APP_KEY, NUMBERS_AT),
    latitudeE4: numbers[0]!,
    longitudeE4: numbers[1]!,
    intervalSeconds: numbers[2]!,
    samplesPerUplink: numbers[3]!,
    soilDryMillivolts: numbers[4]!,
    soilWetMillivolts: numbers[5]!,
    gaugeHeightMm: numbers[6]!,
    alarmAbove: numbers[7]!,
    alarmRise: numbers[8]!,
    alarmWithinMinutes: numbers[9]!,
    lampOnMinutes: numbers[10]!,
    lampOffMinutes: numbers[11]!,
    darkFromMinutes: numbers[12]!,
    darkToMinutes: numbers[13]!,
    utcOffsetMinutes: numbers[14]!,
  }
}
