/** The readings of a packet of samples, in the order of the wire, a quantity at a time; docs/PACKET.md explains every bit.
 *  Encoder and decoder walk the same lines (bits.ts says how), so they cannot come to differ.
 *  Values are int32 in `perUnit`; inside they are counted in wire steps. */
import { FLAG } from '../flags.ts'
import { walkRank } from './head.ts'
import { BITS, HABIT, MIN, MOVES, SPREAD, STEP, WIDE_BITS, wire } from './wire.ts'
import type { BitPort } from './bits.ts'
import type { ModelPort } from './model.ts'

/** Readings of one moment as the walk reads or fills them: typed arrays on a node, plain ones at the gateway. */
export interface Row {
  values: { [index: number]: number }
  flags: { [index: number]: number }
}

/** Flags by how often they come; the place is the length of the code. */
const FLAG_RANK: readonly number[] = [FLAG.good, FLAG.suspect, FLAG.missing, FLAG.fail, FLAG.notEvaluated]

/** Values beyond this many `perUnit` integers are sent as this many: a multiple of every step that still is an int32. */
const VALUE_MAX = 2147480000

/** One flag in 1 to 4 bits; what is no flag counts as not evaluated. */
function walkFlag(port: BitPort, flag: number): number {
  const last = FLAG_RANK.length - 1
  const rank = FLAG_RANK.indexOf(flag)
  return FLAG_RANK[walkRank(port, rank < 0 ? last : rank, last)]!
}

/** True when all samples have the first one's flag for this quantity. */
function isSteady(rows: readonly Row[], column: number): boolean {
  for (let i = 1; i < rows.length; i++) if (rows[i]!.flags[column] !== rows[0]!.flags[column]) return false
  return true
}

/** Flags of one quantity. In a batch a bit says whether one flag is for all samples. */
function walkFlags(port: BitPort, rows: readonly Row[], column: number): void {
  const steady = rows.length === 1 || port.bits(isSteady(rows, column) ? 1 : 0, 1)
  let flag: number = FLAG.good
  for (let i = 0; i < rows.length; i++) {
    if (i === 0 || !steady) flag = walkFlag(port, rows[i]!.flags[column]!)
    if (port.reading) rows[i]!.flags[column] = flag
  }
}

/** Rounds to whole steps, half a step away from zero. */
function toSteps(value: number, step: number): number {
  if (value < 0) return -toSteps(-value, step)
  return Math.floor(((value > VALUE_MAX ? VALUE_MAX : value) + (step >> 1)) / step)
}

/** Index of the first sample at or after `from` that has a value; the number of samples when none has. */
function present(rows: readonly Row[], column: number, from: number): number {
  let i = from
  while (i < rows.length && rows[i]!.flags[column] === FLAG.missing) i++
  return i
}

/** First value of a quantity, in full: its narrow bits, or all of them set and then 32 bits. */
function walkFirst(port: BitPort, id: number, rows: readonly Row[], column: number): void {
  const row = rows[present(rows, column, 0)]
  if (!row) return
  const step = wire(id, STEP)
  const base = wire(id, MIN) / step
  const escape = (1 << wire(id, BITS)) - 1
  const steps = toSteps(row.values[column]!, step)
  const inside = steps >= base && steps - base < escape
  const found = port.bits(inside ? steps - base : escape, wire(id, BITS))
  const kept = found === escape ? port.bits(steps, WIDE_BITS) | 0 : found + base
  if (port.reading) row.values[column] = kept * step
}

/** How large the surprises of a quantity were so far: their mean is sum / count, in 16ths of a step. */
interface Surprises {
  sum: number
  count: number
}

/** A batch begins as if it had seen so many surprises of 2^spread steps. */
const IMAGINED = 2

/** A choice wants weights below 2^15. */
const SUM_MAX = 32767

/** However small the surprises were so far, one in so many large ones is even larger. Without it an outlier would cost the square
 *  of its digits. */
const STEEPEST = 6

/** Sizes double up to this one: two int32 and what was expected are never farther apart than twice as much. */
const SIZE_TOP = 4294967296

/** Of so many surprises that reach `size`, `sum` reach twice as much: P = mean / (mean + 2 size), but not less than 1 in 6. */
function casesOf(sum: number, count: number, size: number): number {
  const cases = sum + 32 * count * size
  return cases > STEEPEST * sum ? STEEPEST * sum : cases
}

/** A surprise as a size and a sign: whether it is 0, its sign, its number of binary digits, the digits below the first. The larger the
 *  surprises were so far, the likelier is each step up; P = mean / (mean + 5/8) for the first. */
function walkSurprise(port: ModelPort, surprises: Surprises, value: number, expected: number): number {
  const size = value < 0 ? -value : value
  const { sum, count } = surprises
  if (!port.choice(size ? 1 : 0, sum, sum + 10 * count)) return 0
  const minus = port.choice(value < 0 ? 1 : 0, expected < 0 ? 7 : expected ? 1 : 4, 8)
  let first = 1
  while (first < SIZE_TOP && port.choice(size >= first * 2 ? 1 : 0, sum, casesOf(sum, count, first)))
    first *= 2
  let found = first
  for (let digit = first / 2; digit >= 1; digit /= 2) {
    const set: number = port.choice(size - found >= digit ? 1 : 0, 1, 2)
    if (set) found += digit
  }
  return minus ? -found : found
}

/** Learns from one more surprise. */
function learn(surprises: Surprises, value: number): void {
  const sum = surprises.sum + 16 * (value < 0 ? -value : value)
  surprises.sum = sum > SUM_MAX ? SUM_MAX : sum
  surprises.count++
}

/** Three quarters of a difference, towards zero; beyond 2^15 steps nothing goes on as it went. */
function momentum(difference: number): number {
  if (difference > 32767 || difference < -32767) return 0
  return ((difference * 3) / 4) | 0
}

/** The sign a surprise is likely to have, 0 when either: `way` is the last difference that was not 0. */
function expectedSign(habit: number, way: number): number {
  if (habit === HABIT.rest) return 1
  if (habit === HABIT.trend) return way
  return habit === HABIT.flicker ? -way : 0
}

/** Values of one quantity after its first, each as what it differs from the expected; of a resting quantity all values. */
function walkDifferences(port: ModelPort, id: number, rows: readonly Row[], column: number): void {
  const step = wire(id, STEP)
  const habit = wire(id, MOVES)
  const resting = habit === HABIT.rest
  const surprises = { sum: IMAGINED << (4 + wire(id, SPREAD)), count: IMAGINED }
  let i = present(rows, column, 0)
  if (i === rows.length) return
  let last = resting ? wire(id, MIN) / step : toSteps(rows[i]!.values[column]!, step)
  let difference = 0
  let way = 0
  if (!resting) i = present(rows, column, i + 1)
  for (; i < rows.length; i = present(rows, column, i + 1)) {
    const ahead = habit === HABIT.trend ? momentum(difference) : 0
    const wanted = toSteps(rows[i]!.values[column]!, step) - last - ahead
    const value = walkSurprise(port, surprises, wanted, ahead ? 0 : expectedSign(habit, way))
    if (port.reading) rows[i]!.values[column] = (last + ahead + value) * step
    learn(surprises, value)
    if (resting) continue
    difference = ahead + value
    last += difference
    if (difference) way = difference
  }
}

/** All readings: flags where there are any but good ones, then first values, then what follows them. */
export function walkRows(
  port: ModelPort,
  ids: readonly number[],
  rows: readonly Row[],
  flagged: number,
): void {
  for (let c = 0; c < ids.length && flagged; c++) walkFlags(port, rows, c)
  const batch = rows.length > 1
  for (let c = 0; c < ids.length; c++) {
    if (!batch || wire(ids[c]!, MOVES) !== HABIT.rest) walkFirst(port, ids[c]!, rows, c)
  }
  for (let c = 0; c < ids.length && batch; c++) walkDifferences(port, ids[c]!, rows, c)
}
