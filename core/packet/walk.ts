/** The readings of a packet of samples, in the order of the wire, a quantity at a time; docs/PACKET.md explains every bit.
 *  Encoder and decoder walk the same lines (bits.ts says how), so they cannot come to differ.
 *  Values are int32 in `perUnit`; inside they are counted in wire steps. */
import { FLAG } from '../flags.ts'
import { walkRank } from './head.ts'
import { BITS, HABIT, MIN, MOVES, SPREAD, STEP, WIDE_BITS, wire } from './wire.ts'
import type { BitPort } from './bits.ts'
import type { ModelPort } from './model.ts'
import type { Readings } from './types.ts'

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
function isSteady({ count, width, flags }: Readings, column: number): boolean {
  for (let at = column + width; at < count * width; at += width) if (flags[at] !== flags[column]) return false
  return true
}

/** Flags of one quantity. In a batch a bit says whether one flag is for all samples. */
function walkFlags(port: BitPort, readings: Readings, column: number): void {
  const { count, width, flags } = readings
  const steady = count === 1 || port.bits(isSteady(readings, column) ? 1 : 0, 1)
  let flag: number = FLAG.good
  for (let at = column; at < count * width; at += width) {
    if (at === column || !steady) flag = walkFlag(port, flags[at]!)
    if (port.reading) flags[at] = flag
  }
}

/** Rounds to whole steps, half a step away from zero. */
function toSteps(value: number, step: number): number {
  if (value < 0) return -toSteps(-value, step)
  return Math.floor(((value > VALUE_MAX ? VALUE_MAX : value) + (step >> 1)) / step)
}

/** Place of the first value of a quantity at or after the place `from`; behind all readings when there is none. */
function present({ count, width, flags }: Readings, from: number): number {
  let at = from
  while (at < count * width && flags[at] === FLAG.missing) at += width
  return at
}

/** First value of a quantity, in full: its narrow bits, or all of them set and then 32 bits. */
function walkFirst(port: BitPort, id: number, readings: Readings, column: number): void {
  const { count, width, values } = readings
  const at = present(readings, column)
  if (at >= count * width) return
  const step = wire(id, STEP)
  const base = wire(id, MIN) / step
  const escape = (1 << wire(id, BITS)) - 1
  const steps = toSteps(values[at]!, step)
  const inside = steps >= base && steps - base < escape
  const found = port.bits(inside ? steps - base : escape, wire(id, BITS))
  const kept = found === escape ? port.bits(steps, WIDE_BITS) | 0 : found + base
  if (port.reading) values[at] = kept * step
}

/** First values of all quantities; in a batch a resting one has none. */
function walkFirsts(port: BitPort, ids: readonly number[], readings: Readings): void {
  for (let c = 0; c < ids.length; c++)
    if (readings.count === 1 || wire(ids[c]!, MOVES) !== HABIT.rest) walkFirst(port, ids[c]!, readings, c)
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
function walkDifferences(port: ModelPort, id: number, readings: Readings, column: number): void {
  const { count, width, values } = readings
  const step = wire(id, STEP)
  const habit = wire(id, MOVES)
  const resting = habit === HABIT.rest
  const surprises = { sum: IMAGINED << (4 + wire(id, SPREAD)), count: IMAGINED }
  let at = present(readings, column)
  if (at >= count * width) return
  let last = resting ? wire(id, MIN) / step : toSteps(values[at]!, step)
  let difference = 0
  let way = 0
  if (!resting) at = present(readings, at + width)
  for (; at < count * width; at = present(readings, at + width)) {
    const ahead = habit === HABIT.trend ? momentum(difference) : 0
    const wanted = toSteps(values[at]!, step) - last - ahead
    const value = walkSurprise(port, surprises, wanted, ahead ? 0 : expectedSign(habit, way))
    if (port.reading) values[at] = (last + ahead + value) * step
    learn(surprises, value)
    if (resting) continue
    difference = ahead + value
    last += difference
    if (difference) way = difference
  }
}

/** All readings: flags where there are any but good ones, then first values, then what follows them. */
export function walkRows(port: ModelPort, ids: readonly number[], readings: Readings, flagged: number): void {
  for (let c = 0; c < ids.length && flagged; c++) walkFlags(port, readings, c)
  walkFirsts(port, ids, readings)
  for (let c = 0; c < ids.length && readings.count > 1; c++) walkDifferences(port, ids[c]!, readings, c)
}
