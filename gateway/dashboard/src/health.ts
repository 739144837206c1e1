/** What a node says of itself, for its technician: rows of a name and a value, in words. */
import type { HealthView } from '../../api/types.ts'
import { formatNumber } from './figures.ts'
import { TEXTS, type Language } from './texts.ts'

export const HEALTH_ERRORS = ['outOfMemory', 'lowMemory', 'callbackFailed', 'inputLost'] as const
export type HealthError = (typeof HEALTH_ERRORS)[number]
export type HealthRowName =
  'reset' | 'mode' | 'battery' | 'counts' | 'errors' | 'freeVariables' | 'settings' | 'held' | 'clock'

/** Rows in the order in which they are read. */
export function healthRows(language: Language, health: HealthView): [HealthRowName, string][] {
  const { resets, modes, supplies, settings, clocks, errors, none } = TEXTS[language].health
  const number = (value: number): string => formatNumber(language, value, 0)
  const { batteryMillivolts, crashes, brownOuts, powerOns, settingsRevision } = health
  const crc = (health.settingsCrc ?? 0).toString(16).padStart(4, '0')
  const volts = batteryMillivolts === null ? '' : `${formatNumber(language, batteryMillivolts / 1000, 2)} V, `
  return [
    ['reset', resets[health.resetReason]],
    ['mode', modes[health.mode]],
    ['battery', `${volts}${supplies[health.supply]}`],
    ['counts', [crashes, brownOuts, powerOns].map(number).join('\u00a0/\u00a0')],
    ['errors', HEALTH_ERRORS.filter((error) => health[error]).map((error) => errors[error]).join(', ') || none], // prettier-ignore
    ['freeVariables', number(health.freeVariables)],
    ['settings', settingsRevision === null ? settings.written(crc) : settings.changed(settingsRevision)],
    ['held', number(health.held)],
    ['clock', clocks[health.clock]],
  ]
}
