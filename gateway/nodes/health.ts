/** A node's health in words, and what of it somebody should look at. */
import { CLOCK, ERROR, MODE, RESET, SETTINGS_CHANGED } from '../../core/packet/index.ts'
import type { HealthAlarm, HealthView, ModeWord, ResetWord } from '../api/types.ts'
import type { HealthRow } from '../store/store.ts'

/** Values of Health.supply, from 0. */
const SUPPLIES = ['full', 'low', 'empty'] as const

/** The word of a value in one of core's tables. */
function wordOf<Word extends string>(table: Readonly<Record<Word, number>>, value: number): Word {
  return (Object.keys(table) as Word[]).find((word) => table[word] === value)!
}

const CRASHES: readonly number[] = [RESET.unknown, RESET.software, RESET.watchdog]

/** Worst first. A restart stands until the node has been started otherwise, by an upload or by its power. */
const ALARMS: readonly [HealthAlarm, (row: HealthRow) => boolean][] = [
  ['safe', ({ mode }) => mode === MODE.safe],
  ['batteryEmpty', ({ supply }) => supply === SUPPLIES.indexOf('empty')],
  ['outOfMemory', ({ errors, resetReason }) => (errors & ERROR.memory) > 0 || resetReason === RESET.memory],
  ['brownOut', ({ resetReason }) => resetReason === RESET.brownOut],
  ['crash', ({ resetReason, crashes }) => crashes > 0 && CRASHES.includes(resetReason)],
  ['batteryLow', ({ supply }) => supply === SUPPLIES.indexOf('low')],
]

export function healthView(row: HealthRow): HealthView {
  const { receivedMs, brownOuts, crashes, powerOns, settingsVersion, freeVariables, held, errors } = row
  return {
    timeMs: receivedMs,
    resetReason: wordOf<ResetWord>(RESET, row.resetReason),
    mode: wordOf<ModeWord>(MODE, row.mode),
    supply: SUPPLIES[row.supply]!,
    clock: wordOf<keyof typeof CLOCK>(CLOCK, row.clock),
    outOfMemory: (errors & ERROR.memory) > 0,
    lowMemory: (errors & ERROR.lowMemory) > 0,
    callbackFailed: (errors & ERROR.callback) > 0,
    inputLost: (errors & ERROR.input) > 0,
    ...{ brownOuts, crashes, powerOns, freeVariables, held },
    settingsRevision: settingsVersion & SETTINGS_CHANGED ? settingsVersion - SETTINGS_CHANGED : null,
    settingsCrc: settingsVersion & SETTINGS_CHANGED ? null : settingsVersion,
    batteryMillivolts: row.batteryMillivolts || null,
    alarms: ALARMS.filter(([, isSo]) => isSo(row)).map(([alarm]) => alarm),
  }
}
