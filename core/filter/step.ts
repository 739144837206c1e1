/** The step test: a reading may not leave the last believed one faster than the quantity, and this channel, ever does.
 *  Two anchors: the last believed reading, and the readings that disagree with it but agree with each other. So only the spike is marked
 *  and not its neighbours, and a step is believed after AGREE agreeing readings. But a jump after which the readings stay within 5 % of its
 *  height is an object under the sensor, a stuck chip or a moved pole, and stays suspect until it moves or goes: floods ramp, objects step.
 *  Widest products: change x 3600 < 2^33; rate x seconds < 2^30 x 2^20. */
import { clamp } from '../fixed.ts'
import type { FilterRow } from './row.ts'
import { WORD } from './state.ts'

/** Readings that must agree before they are believed. */
const AGREE = 4
/** After a jump, less movement than this part of it is none (FloodNet's 5 %). */
const OBJECT_SHARE = 20
const HOUR_SECONDS = 3600
const MAX = 0x3fffffff

/** 1/256 of an integer an hour. */
const RATE_UNIT = 256
/** The quantile rises by 32 n-ths and falls by one n-th of itself, so it settles where one change in 33 is greater. */
const RISE = 32
const PACE_MIN = 48
/** How many quantiles high the limit stands. */
const RATE_FACTOR = 10

function distance(a: number, b: number): number {
  return a > b ? a - b : b - a
}

/** Greatest change that is believed after `seconds`: what to show to whoever asks what the threshold means. In perUnit integers. */
export function stepLimit(row: FilterRow, state: Int32Array, offset: number, seconds: number): number {
  const learnt = ((state[offset + WORD.rate]! / RATE_UNIT) * RATE_FACTOR) | 0
  const known = state[offset + WORD.readings]! > PACE_MIN && learnt < row.stepPerHour
  return clamp(row.deadband + ((known ? learnt : row.stepPerHour) * seconds) / HOUR_SECONDS, 0, MAX) | 0
}

/** Learns the channel's own pace from the change since the reading before. A spike counts as one great change, not by its height. */
function learnRate(
  row: FilterRow,
  state: Int32Array,
  offset: number,
  value: number,
  dtSeconds: number,
): void {
  const readings = state[offset + WORD.readings]!
  if (readings === 0 || dtSeconds === 0) return
  const change = distance(value, state[offset + WORD.previous]!)
  const perHour = clamp((change * HOUR_SECONDS) / dtSeconds, 0, MAX / RATE_UNIT) * RATE_UNIT
  const pace = readings < PACE_MIN ? PACE_MIN : readings
  const rate = state[offset + WORD.rate]! || ((row.stepPerHour / RATE_FACTOR) * RATE_UNIT) | 0
  state[offset + WORD.rate] =
    clamp(perHour > rate ? rate + (rate * RISE) / pace : rate - rate / pace, RATE_UNIT, MAX) | 0
}

function believe(state: Int32Array, offset: number, value: number): false {
  const count = state[offset + WORD.anchorCount]!
  state[offset + WORD.anchor] = value
  state[offset + WORD.anchorAge] = 0
  state[offset + WORD.anchorCount] = count < AGREE ? count + 1 : AGREE
  state[offset + WORD.candidateCount] = 0
  return false
}

/** Takes a reading among those that disagree with the anchor: with the others if within `limit` of the latest, else as the first anew. */
function doubt(state: Int32Array, offset: number, value: number, limit: number): void {
  const count = state[offset + WORD.candidateCount]!
  const joins = count > 0 && distance(value, state[offset + WORD.candidate]!) <= limit
  if (!joins) state[offset + WORD.candidateFirst] = value
  const spread = distance(value, state[offset + WORD.candidateFirst]!)
  if (!joins || spread > state[offset + WORD.candidateSpread]!) state[offset + WORD.candidateSpread] = spread
  state[offset + WORD.candidateCount] = joins ? clamp(count + 1, 0, AGREE) : 1
  state[offset + WORD.candidate] = value
}

/** True when the disagreeing readings have won: as many as the anchor had behind it, and moving as nature does. */
function outweighs(state: Int32Array, offset: number): boolean {
  const count = state[offset + WORD.candidateCount]!
  const anchorCount = state[offset + WORD.anchorCount]!
  if (anchorCount < AGREE) return count > anchorCount
  const jump = distance(state[offset + WORD.candidateFirst]!, state[offset + WORD.anchor]!)
  return count >= AGREE && state[offset + WORD.candidateSpread]! * OBJECT_SHARE > jump
}

/** True when the reading is a step that is not believed. `dtSeconds` since the reading before that was in range; `value` is in range. */
export function stepTest(
  row: FilterRow,
  state: Int32Array,
  offset: number,
  value: number,
  dtSeconds: number,
): boolean {
  learnRate(row, state, offset, value, dtSeconds)
  const age = clamp(state[offset + WORD.anchorAge]! + dtSeconds, 0, MAX)
  state[offset + WORD.anchorAge] = age
  if (state[offset + WORD.anchorCount] === 0) return believe(state, offset, value)
  const away = distance(value, state[offset + WORD.anchor]!)
  // The limit widens with the anchor's age; without this comparison an object would be believed once it had stood long enough.
  const joinsDoubt =
    state[offset + WORD.candidateCount]! > 0 && distance(value, state[offset + WORD.candidate]!) < away
  if (!joinsDoubt && away <= stepLimit(row, state, offset, age)) return believe(state, offset, value)
  doubt(state, offset, value, stepLimit(row, state, offset, dtSeconds))
  return outweighs(state, offset) ? believe(state, offset, value) : true
}
