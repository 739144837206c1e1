/** What a node may do other than its profile says, and until when. Every mode stands in the wake record together with its end, in node seconds: none is without
 *  one. A safe profile after three crashes ends after a day without another, a commissioning after 20 minutes; the battery's states (firmware/supply.ts) end with
 *  a voltage, a lamp's command (firmware/light.ts) has its end in its own record. */
import { MODE, RESET } from '../core/packet/types.ts'
import type { Profile } from './profiles/profile.ts'

/** A RESET (core/packet): the last start other than out of deep sleep. */
export const RESTART = 25
/** Programs that did not come to their end, and those of them whose supply failed. */
export const CRASHES = 26
export const BROWN_OUTS = 27
/** Crashes with less than a day from one to the next, and the node seconds at which that day is over. */
export const CRASH_ROW = 28
export const CRASH_END = 29
/** Node seconds at which the commissioning is over. */
export const COMMISSION_END = 30
/** Node seconds of the next health packet. */
export const HEALTH_DUE = 31
/** 1 when the interpreter ran out of memory and the program ended itself. */
export const BROKEN = 41
/** So many crashes in a row, and the node does nothing but report its health, once in SAFE_SECONDS, until a day has passed without another. */
const CRASHES_SAFE = 3
export const SAFE_SECONDS = 3_600
const DAY_SECONDS = 86_400
/** The cadence while somebody stands beside a new node: fast, then slower, then as the profile says. */
const FAST_SECONDS = 20
const SLOWER_SECONDS = 60
const SLOWER_FOR_SECONDS = 600
const COMMISSION_FOR_SECONDS = 1_200
/** Power that comes and goes does not keep a node in its commissioning. A technician who wants it all the same presses reset, which an ESP32 does not tell from
 *  power, and once more before the node has taken its sample. */
export const COMMISSION_PAUSE_SECONDS = 3_600

/** Counts a program that did not come to its end, with a battery that was `low` before; what follows is kept with its end in the next wake record. */
export function noteCrash(words: Int32Array, reset: number, low: boolean, now: number): void {
  // ESP-IDF restarts the chip by software when the supply fails: with a low battery that is what it was.
  if (reset === RESET.brownOut || (low && reset !== RESET.memory)) words[BROWN_OUTS]!++
  words[CRASHES]!++
  words[CRASH_ROW] = now < words[CRASH_END]! ? words[CRASH_ROW]! + 1 : 1
  words[CRASH_END] = now + DAY_SECONDS
  words[RESTART] = reset
  words[HEALTH_DUE] = now
}

/** The time a technician is given to see a node work. */
export function beginCommissioning(words: Int32Array, now: number): void {
  words[COMMISSION_END] = now + COMMISSION_FOR_SECONDS
}

/** What the words say the node does now. */
export function modeOf(words: Int32Array, profile: Profile, now: number): number {
  if (words[CRASH_ROW]! >= CRASHES_SAFE && now < words[CRASH_END]!) return MODE.safe
  return profile.commissioned && now < words[COMMISSION_END]! ? MODE.commissioning : MODE.normal
}

/** Seconds between two samples in this mode, where they are `plainSeconds` without one. */
export function cadence(words: Int32Array, mode: number, now: number, plainSeconds: number): number {
  if (mode === MODE.safe) return SAFE_SECONDS
  if (mode === MODE.normal) return plainSeconds
  return words[COMMISSION_END]! - now > SLOWER_FOR_SECONDS ? FAST_SECONDS : SLOWER_SECONDS
}
