/** The light schedule every lamp keeps by itself: on from sunset to sunrise, or so much earlier or later as its settings say, and on whenever it is in doubt.
 *  The settings may have a span of the night in which it is dark all the same. Times in minutes, moments in Unix seconds. */
import { FULL_LEVEL_PERCENT, LAMP_REASON, type LampReason } from './reason.ts'
import type { Place } from './place.ts'
import { isDark, solarNoon } from './sun.ts'

const HALF_DAY_SECONDS = 43_200
const DAY_SECONDS = 86_400

export interface LampState {
  readonly levelPercent: number
  readonly reason: LampReason
}

/** Where a lamp stands and when it is lit: core/settings.ts has these fields, with their ranges. */
export interface LampPlan extends Place {
  /** Lit so long after sunset, until so long after sunrise; negative: before. */
  readonly lampOnMinutes: number
  readonly lampOffMinutes: number
  /** Minutes since midnight of the local time; no dark span where both are equal. */
  readonly darkFromMinutes: number
  readonly darkToMinutes: number
  readonly utcOffsetMinutes: number
}

const LIT: LampState = { levelPercent: FULL_LEVEL_PERCENT, reason: LAMP_REASON.schedule }
const DARK: LampState = { levelPercent: 0, reason: LAMP_REASON.schedule }
const DOUBT: LampState = { levelPercent: FULL_LEVEL_PERCENT, reason: LAMP_REASON.doubt }

/** From sunset to sunrise, both moved. In a night so short that the other end of it is reached, what is lit longer stays lit. */
function isNight(plan: LampPlan, at: number): boolean {
  const evening = solarNoon(plan, at) <= at
  const minutes = evening ? plan.lampOnMinutes : -plan.lampOffMinutes
  return isDark(plan, evening ? at - 60 * minutes : at + 60 * minutes) || (minutes < 0 && isDark(plan, at))
}

/** Whether any moment within +-`seconds` is night: the sun stands lowest at an end, or at a solar midnight between. */
function anyNight(plan: LampPlan, at: number, seconds: number): boolean {
  if (isNight(plan, at - seconds) || isNight(plan, at + seconds)) return true
  // Midnight nearest to the middle: half a day from the noon nearest to a moment half a day away.
  const midnight = solarNoon(plan, at - HALF_DAY_SECONDS) + HALF_DAY_SECONDS
  return midnight > at - seconds && midnight < at + seconds && isDark(plan, midnight)
}

/** Whether all moments of `seconds` from `at` on are within one dark span. */
function isSpared(plan: LampPlan, at: number, seconds: number): boolean {
  const { darkFromMinutes, darkToMinutes, utcOffsetMinutes } = plan
  const into = (at + 60 * (utcOffsetMinutes - darkFromMinutes) + DAY_SECONDS) % DAY_SECONDS
  return into + seconds < (60 * (darkToMinutes - darkFromMinutes) + DAY_SECONDS) % DAY_SECONDS
}

/** What the lamp does at `unixSeconds` known within +-`uncertaintySeconds` (0 to 2^30): lit if any moment it may be is night, unless every one is in the
 *  dark span. Reason 'doubt' when only the uncertainty lights it, or when there is no time at all (undefined). */
export function scheduleLevel(
  plan: LampPlan,
  unixSeconds: number | undefined,
  uncertaintySeconds: number,
): LampState {
  if (unixSeconds === undefined) return DOUBT
  if (isSpared(plan, unixSeconds - uncertaintySeconds, 2 * uncertaintySeconds)) return DARK
  if (isNight(plan, unixSeconds) && !isSpared(plan, unixSeconds, 0)) return LIT
  if (uncertaintySeconds > 0 && anyNight(plan, unixSeconds, uncertaintySeconds)) return DOUBT
  return DARK
}
