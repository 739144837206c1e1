/** A change of a node's settings as the gateway writes it, and a node's answer as it reads it. The bytes are core/configuration.ts's. */
import {
  ANSWER_BYTES,
  HEAD_BYTES,
  REFUSED_CONTRADICTION,
  REFUSED_LONG,
  REFUSED_RANGE,
  REFUSED_SHORT,
  type Configured,
} from '../../core/configuration.ts'
import {
  contradiction,
  inRange,
  settingsLayout,
  SETTINGS_BYTES,
  writeNumber,
  type Settings,
  type SettingsField,
} from '../../core/settings.ts'

/** The numbers of a record, which can be changed. */
export type Configuration = Partial<{
  [Field in keyof Settings as Settings[Field] extends number ? Field : never]: number
}>

/** Names of the numbers, by place. */
export function configurable(): SettingsField[] {
  return settingsLayout()
    .filter(({ min }) => min !== undefined)
    .map(({ field }) => field)
}

/** The bytes of a change; whether its numbers are in range is the node's to judge, and settingsFault's. `revision` is 1 to 65,535. */
export function encodeConfiguration(revision: number, changes: Configuration): Uint8Array {
  const bytes = new Uint8Array(SETTINGS_BYTES)
  let mask = 0
  let at = HEAD_BYTES
  let place = 0
  for (const row of settingsLayout()) {
    if (row.min === undefined) continue
    const value = changes[row.field as keyof Configuration]
    if (value !== undefined) {
      mask |= 1 << place
      writeNumber(bytes, at, row.bytes, value)
      at += row.bytes
    }
    place++
  }
  writeNumber(bytes, 0, 2, revision)
  writeNumber(bytes, 2, 2, mask)
  return bytes.slice(0, at)
}

/** The first field whose number no record can hold, or that contradicts another of the change, or undefined. What contradicts the rest of the record only the
 *  node can tell. */
export function configurationFault(changes: Configuration): SettingsField | undefined {
  const rows = settingsLayout().filter(({ min }) => min !== undefined)
  const numbers = rows.map(({ field }) => changes[field as keyof Configuration])
  const wrong = rows.findIndex((row, place) => numbers[place] !== undefined && !inRange(row, numbers[place]))
  const place = wrong >= 0 ? wrong : contradiction(numbers.map((number) => number ?? NaN)) - 1
  return rows[place]?.field
}

/** Errors: 'short', 'long'. */
export function decodeConfigured(bytes: Uint8Array): Configured | 'short' | 'long' {
  if (bytes.length !== ANSWER_BYTES) return bytes.length < ANSWER_BYTES ? 'short' : 'long'
  return {
    revision: (bytes[0]! << 8) | bytes[1]!,
    outcome: bytes[2]!,
    recordCrc: (bytes[3]! << 8) | bytes[4]!,
  }
}

/** What an outcome says: the name of the bad field, or of what was wrong with the bytes; undefined when the change was taken. */
export function refusedField(outcome: number): string | undefined {
  if (outcome === 0) return undefined
  const words: { readonly [outcome: number]: string } = {
    [REFUSED_SHORT]: 'short',
    [REFUSED_LONG]: 'long',
    [REFUSED_RANGE]: 'range',
    [REFUSED_CONTRADICTION]: 'contradiction',
  }
  return words[outcome] ?? configurable()[outcome - 1] ?? 'range'
}
