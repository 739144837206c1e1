/** What lamps compute by themselves: sun times and the schedule. */
export type { Place } from './place.ts'
export { FULL_LEVEL_PERCENT, LAMP_REASON, type LampReason } from './reason.ts'
export { scheduleLevel, type LampPlan, type LampState } from './schedule.ts'
export { isDark, sunTimes, type SunTimes } from './sun.ts'
