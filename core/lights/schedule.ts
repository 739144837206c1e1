/** The light schedule every lamp keeps by itself: on from sunset to sunrise, and on whenever it is in doubt. */
import { FULL_LEVEL_PERCENT, LAMP_REASON, type LampReason } from './reason.ts'
import type { Place } from './place.ts'
import { isDark, solarNoon } from './sun.ts'

const HALF_DAY_SECONDS = 43_200

export interface LampState {
  readonly levelPercent: number
  readonly reason: LampReason
}

/** True when any moment from `fromUnixSeconds` to `toUnixSeconds` is dark. The sun stands lowest at an end or at a solar midnight between. */
function anyDark(place: Place, fromUnixSeconds: number, toUnixSeconds: number): boolean {
  if (isDark(place, fromUnixSeconds) || isDark(place, toUnixSeconds)) return true
  const middle = fromUnixSeconds + ((toUnixSeconds - fromUnixSeconds) >> 1)
  // Midnight nearest to the middle: half a day from the noon nearest to a moment half a day away.
  const midnight = solarNoon(place, middle - HALF_DAY_SECONDS) + HALF_DAY_SECONDS
  return midnight > fromUnixSeconds && midnight < toUnixSeconds && isDark(place, midnight)
}

/** What the lamp does at `unixSeconds` known within +-`uncertaintySeconds` (0 to 2^30): lit if any moment it may be is dark.
 *  Reason 'doubt' when only the uncertainty lights it, or when there is no time at all (undefined). */
export function scheduleLevel(
  place: Place,
  unixSeconds: number | undefined,
  uncertaintySeconds: number,
): LampState {
  if (unixSeconds === undefined) return { levelPercent: FULL_LEVEL_PERCENT, reason: LAMP_REASON.doubt }
  if (isDark(place, unixSeconds)) return { levelPercent: FULL_LEVEL_PERCENT, reason: LAMP_REASON.schedule }
  if (
    uncertaintySeconds > 0 &&
    anyDark(place, unixSeconds - uncertaintySeconds, unixSeconds + uncertaintySeconds)
  )
    return { levelPercent: FULL_LEVEL_PERCENT, reason: LAMP_REASON.doubt }
  return { levelPercent: 0, reason: LAMP_REASON.schedule }
}
