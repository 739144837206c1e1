/** A change of a node's settings as the gateway writes it, and a node's answer as it reads it. The bytes are core/configuration.ts's. */
import {
  ANSWER_BYTES,
  HEAD_BYTES,
  REFUSED_LONG,
  REFUSED_RANGE,
  REFUSED_SHORT,
  type Configured,
} from '../../core/configuration.ts'
import {
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

/** The first field whose number no record can hold, or undefined. */
export function configurationFault(changes: Configuration): SettingsField | undefined {
  return settingsLayout().find((row) => {
    const value = row.min === undefined ? undefined : changes[row.field as keyof Configuration]
    return value !== undefined && !inRange(row, value)
  })?.field
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
  }
  return words[outcome] ?? configurable()[outcome - 1] ?? 'range'
}
