/** How long ago something was, as a person would say it. */

export type AgeUnit = 'now' | 'minutes' | 'hours' | 'days'

export interface Age {
  readonly unit: AgeUnit
  readonly count: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Rounded down, so that an age never claims more than has passed. A time ahead of the clock counts as now. */
export function ageOf(nowMs: number, timeMs: number): Age {
  const passedMs = nowMs - timeMs
  if (passedMs < MINUTE_MS) return { unit: 'now', count: 0 }
  if (passedMs < HOUR_MS) return { unit: 'minutes', count: Math.floor(passedMs / MINUTE_MS) }
  if (passedMs < 2 * DAY_MS) return { unit: 'hours', count: Math.floor(passedMs / HOUR_MS) }
  return { unit: 'days', count: Math.floor(passedMs / DAY_MS) }
}
