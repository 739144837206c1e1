/** The machine's own time as a Clock, for what runs in real time. */
import type { Clock } from '../core/clock.ts'

export const wallClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
