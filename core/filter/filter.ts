/** The anomaly filter of one channel: range, step and flat line, the same on node and gateway.
 *  Source: IOOS QARTOD tests 4 (gross range), 7 (rate of change) and 8 (flat line), made streaming; FloodNet's box rule for objects.
 *  Integers only; nothing is allocated a reading. */
import { FLAG } from '../flags.ts'
import { clamp } from '../fixed.ts'
import { flatTest } from './flat.ts'
import type { FilterRow } from './row.ts'
import { READINGS_MAX, WORD } from './state.ts'
import { stepTest } from './step.ts'

export { filterRow } from './row.ts'
export { FILTER_WORDS } from './state.ts'

/** Bits of the tests that fired, above the four bits of the flag. */
export const TEST = { range: 16, step: 32, flat: 64 } as const

/** A longer time between two readings only means "long ago": a week. */
const AGE_MAX_SECONDS = 604_800

/** Whether a channel's readings before decide about the next one; a row without step and flat-line test looks at the range only. */
export const hasMemory = (row: FilterRow): boolean => row.stepPerHour > 0 || row.flatSeconds > 0

/** Judges one reading of a channel and takes it into the channel's state: FILTER_WORDS words of `state` from `offset`, all zero at first.
 *  `value` in perUnit integers; `dtSeconds` since this channel's reading before, whatever that was worth (for the first: 0).
 *  Answers the QARTOD flag in bits 0-3 and TEST bits above. A missing value is no reading: do not call, the next `dtSeconds` is longer.
 *  Never throws. */
export function filterStep(
  row: FilterRow,
  state: Int32Array,
  offset: number,
  value: number,
  dtSeconds: number,
): number {
  const age = clamp(
    state[offset + WORD.previousAge]! + clamp(dtSeconds, 0, AGE_MAX_SECONDS),
    0,
    AGE_MAX_SECONDS,
  )
  state[offset + WORD.previousAge] = age
  // A reading that cannot be is no evidence of anything else: for the other tests it is as if it were missing.
  if (value < row.min || value > row.max) return FLAG.fail | TEST.range

  const flat = row.flatSeconds > 0 && flatTest(row, state, offset, value, age)
  const step = row.stepPerHour > 0 && stepTest(row, state, offset, value, age)
  const readings = state[offset + WORD.readings]!
  state[offset + WORD.previous] = value
  state[offset + WORD.previousAge] = 0
  state[offset + WORD.readings] = readings < READINGS_MAX ? readings + 1 : READINGS_MAX
  if (!flat && !step) return FLAG.good
  return FLAG.suspect | (step ? TEST.step : 0) | (flat ? TEST.flat : 0)
}
