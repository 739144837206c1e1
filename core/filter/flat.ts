/** The flat-line test: a reading that stays the same for longer than the quantity, and this channel, ever does.
 *  A gap neither breaks a line nor makes one: it counts for at most an eighth of the time that makes a line suspect. */
import { clamp } from '../fixed.ts'
import type { FilterRow } from './row.ts'
import { READINGS_MAX, WORD } from './state.ts'

/** A natural plateau is believed for 48 h, no longer: saturated sensors stick there too. */
const PLATEAU_SECONDS = 172_800
/** Equal readings in a suspect line, at least. */
const LINE_READINGS = 8
/** A line is suspect when it is this many times as long as the channel's own. */
const HABIT_FACTOR = 8
/** The channel's habit moves the row's time between a quarter, once it is known well, and four times of it. */
const HABIT_SPAN = 4
/** The habit goes half the way up to a longer line, a 64th of the way down to a shorter one. */
const RISE_SHIFT = 1
const FALL_SHIFT = 6

/** Seconds after which a line at `value` is suspect: what to show to whoever asks what the threshold means. */
export function flatLimit(row: FilterRow, state: Int32Array, offset: number, value: number): number {
  const habit = state[offset + WORD.flatNatural]! * HABIT_FACTOR
  const known = state[offset + WORD.readings] === READINGS_MAX
  const least = known ? (row.flatSeconds / HABIT_SPAN) | 0 : row.flatSeconds
  const limit = clamp(habit, least, row.flatSeconds * HABIT_SPAN)
  const plateau = value >= row.plateauMin && value <= row.plateauMax
  return plateau && limit < PLATEAU_SECONDS ? PLATEAU_SECONDS : limit
}

/** Learns from a line that has ended; lines that were suspect teach nothing. */
function learnLine(row: FilterRow, state: Int32Array, offset: number): void {
  const line = state[offset + WORD.flatSeconds]!
  const natural = state[offset + WORD.flatNatural]!
  if (line > flatLimit(row, state, offset, state[offset + WORD.previous]!)) return
  state[offset + WORD.flatNatural] =
    line > natural ? natural + ((line - natural) >> RISE_SHIFT) : natural - ((natural - line) >> FALL_SHIFT)
}

/** True when the line is too long. `dtSeconds` since the reading before that was in range. */
export function flatTest(
  row: FilterRow,
  state: Int32Array,
  offset: number,
  value: number,
  dtSeconds: number,
): boolean {
  if (state[offset + WORD.readings] === 0) return false
  if (value !== state[offset + WORD.previous]) {
    learnLine(row, state, offset)
    state[offset + WORD.flatSeconds] = 0
    return false
  }
  const limit = flatLimit(row, state, offset, value)
  const seconds = state[offset + WORD.flatSeconds]! + clamp(dtSeconds, 0, (limit / LINE_READINGS) | 0)
  state[offset + WORD.flatSeconds] = clamp(seconds, 0, 0x3fffffff)
  return seconds > limit
}
