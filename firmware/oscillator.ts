/** The clock a sleeping node goes by, and how far it can be trusted.
 *
 *  Awake, an ESP32 counts by its crystal (within 20 ppm); in deep sleep by an RC oscillator that is 5 to 10 % off and moves with the temperature. So only
 *  the time asleep is corrected, by what the network's time has shown: `DRIFT` is how much longer a second of sleep really was, in 2^-20 of it. Between
 *  two answers the error that was left is spread evenly over the samples taken meanwhile (`SPAN_*`), so that what was measured in days without a
 *  network gets its time when the network is back.
 *
 *  Assumed of the oscillator until boards have been measured: within 10 % of its name; its mean over a day moves by less than 100 ppm in three days, and
 *  within the day it swings by less than 500 ppm, which is 30 seconds gained by evening and lost again by morning.
 *  Times are node seconds (nodeState.ts) where a name says no more. */
import { NO_BOUND } from '../core/packet/head.ts'
import {
  CARRY_MS,
  DRIFT,
  nowSeconds,
  OLD_AT,
  OLD_POWER,
  OLD_UNIX,
  POWER_COUNT,
  secondsAt,
  SLEPT_SECONDS,
  SPAN_DRIFT,
  SPAN_FROM,
  STEADY,
  SYNC_AT,
  SYNC_MS,
  SYNC_UNIX,
  type Node,
} from './nodeState.ts'

/** Parts of the drift's unit in one. */
const ONE = 0x100000
/** What no oscillator is off: a measurement beyond it is a fault of the network. An eighth. */
const DRIFT_MAX = 0x20000
/** What a measured oscillator does not change: 1 %. */
const STEP_MAX = 10_486

/** Values of the word STEADY: the drift was never measured; over less than a day; over a day or more, so that warm and cold hours are in it alike. */
const UNMEASURED = 0
const ROUGH = 1
const STEADY_DAY = 2

/** Shorter spans measure the network's delays rather than the oscillator. */
const MEASURE_SECONDS_MIN = 2_400
const DAY_SECONDS = 86_400
/** A span of so much is a day: uplinks come when they come. */
const WHOLE_DAY_SECONDS = 82_800
/** A time that came from the network is this good at once. */
const SYNC_ERROR_SECONDS = 2
/** Gained and lost again within a day. */
const SWING_SECONDS = 30
/** Beyond this an age is called uncertain. */
export const CERTAIN_SECONDS = 60
/** And this is the longest age that a packet tells to the minute (docs/PACKET.md). */
export const CERTAIN_AGE_SECONDS = 3_900_000

/** Milliseconds that a deep sleep has to be asked for to take `milliseconds`. */
export function ownMilliseconds(words: Int32Array, milliseconds: number): number {
  return Math.ceil((milliseconds * ONE) / (ONE + words[DRIFT]!))
}

/** How far an interval of so many seconds may be off, as the clock is known now. Where the node does not sleep its crystal counts. */
function errorSeconds(words: Int32Array, seconds: number): number {
  if (words[SLEPT_SECONDS] === 0) return SYNC_ERROR_SECONDS + Math.ceil(seconds / 1_000)
  if (words[STEADY] === STEADY_DAY)
    return Math.min(SWING_SECONDS, seconds >> 10) + Math.ceil(seconds / 10_000)
  return SYNC_ERROR_SECONDS + Math.ceil(seconds / (words[STEADY] === ROUGH ? 1_000 : 10))
}

/** Learns from an error of `leftMs` after `spanSeconds`. False when the oscillator cannot have been it: then a clock of the network was set. */
function measure(words: Int32Array, leftMs: number, spanSeconds: number): boolean {
  const slept = words[SLEPT_SECONDS]!
  if (slept * 2 < spanSeconds) return false
  const more = Math.floor((leftMs * ONE) / (1000 * slept) + 0.5)
  const measured = words[STEADY] !== UNMEASURED
  const drift = words[DRIFT]! + more
  // The next answer decides whether the network or the oscillator has changed.
  words[STEADY] = UNMEASURED
  if (drift > DRIFT_MAX || drift < -DRIFT_MAX || (measured && (more > STEP_MAX || more < -STEP_MAX)))
    return false
  const weight = measured && spanSeconds < DAY_SECONDS ? spanSeconds : DAY_SECONDS
  words[DRIFT]! += Math.floor((more * weight) / DAY_SECONDS + 0.5)
  words[STEADY] = spanSeconds >= WHOLE_DAY_SECONDS ? STEADY_DAY : ROUGH
  return true
}

/** Takes the network's time: it was `unixSeconds` at `atMs` of the HAL's clock. Words of the node change, its seconds go on as before. */
export function takeNetworkTime(node: Node, unixSeconds: number, atMs: number): void {
  const { words } = node
  const atSeconds = secondsAt(node, atMs)
  const ms = Math.floor(words[CARRY_MS]! + atMs) % 1000
  const span = atSeconds - words[SYNC_AT]!
  const known = words[SYNC_UNIX] !== 0
  if (known && span < MEASURE_SECONDS_MIN) return
  const unix = Math.floor(unixSeconds + 0.5)
  words[SPAN_FROM] = atSeconds
  if (known) {
    const leftMs = 1000 * (unix - (words[SYNC_UNIX]! >>> 0) - span) + words[SYNC_MS]! - ms
    if (measure(words, leftMs, span)) {
      words[SPAN_FROM] = words[SYNC_AT]!
      words[SPAN_DRIFT] = Math.floor((leftMs * ONE) / (1000 * span) + 0.5)
    }
  }
  words[SYNC_UNIX] = unix
  words[SYNC_AT] = atSeconds
  words[SYNC_MS] = ms
  // It has slept: what it knows of its clock is what it knows of the oscillator.
  if (words[SLEPT_SECONDS]! > 1) words[SLEPT_SECONDS] = 1
}

/** True when the network should be asked for the time: until it has told it, until the oscillator has been measured, and once a day. */
export function networkTimeWanted(node: Node): boolean {
  const { words } = node
  const since = nowSeconds(node) - words[SYNC_AT]!
  const enough = words[STEADY] === UNMEASURED ? MEASURE_SECONDS_MIN : WHOLE_DAY_SECONDS
  return words[SYNC_UNIX] === 0 || since >= enough
}

/** How old a held sample is, and how far that may be off: NO_BOUND where nobody counted the time between. */
export function ageOf(
  node: Node,
  atSeconds: number,
  powerCount: number,
): [ageSeconds: number, errorSeconds: number] {
  const { words } = node
  const now = nowSeconds(node)
  const synced = words[SYNC_UNIX] !== 0
  const since = now - words[SYNC_AT]!
  const age = now - atSeconds
  if (powerCount !== (words[POWER_COUNT]! & 0xffff)) {
    // Before the power was lost. Where the network told the time then and now, the time between is known.
    if (!synced || powerCount !== (words[OLD_POWER]! & 0xffff) || words[OLD_UNIX] === 0)
      return [age, NO_BOUND]
    const before = atSeconds - words[OLD_AT]!
    const back = (words[SYNC_UNIX]! >>> 0) - (words[OLD_UNIX]! >>> 0) + since - before
    return [back, errorSeconds(words, since) + errorSeconds(words, before < 0 ? -before : before)]
  }
  const missed = words[SYNC_AT]! - atSeconds
  if (!synced || missed <= 0) return [age, errorSeconds(words, age)]
  // Taken between the last two answers, or earlier: the error that the last one showed is spread over the time between.
  const span = words[SYNC_AT]! - words[SPAN_FROM]!
  const within = missed < span ? missed : span
  const late = Math.floor((within * words[SPAN_DRIFT]!) / ONE + 0.5)
  const near = within < span - within ? within : span - within
  return [
    age + late,
    errorSeconds(words, since) + errorSeconds(words, missed > span ? missed - span : near > 0 ? near : 0),
  ]
}
