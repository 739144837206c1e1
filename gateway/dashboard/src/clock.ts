/** This machine's time, handed in wherever it is needed, so that tests can have their own. */

export interface PageClock {
  /** Milliseconds of this machine; only differences are used, what time it is the gateway says. */
  now(): number
  /** Calls `run` once after `delayMs`; the answer cancels it. */
  setTimer(delayMs: number, run: () => void): () => void
}

/** The functions of a browser or of Node that keep time. */
export interface Timers {
  now(): number
  start(run: () => void, delayMs: number): unknown
  cancel(timer: unknown): void
}

export const clockOf = (timers: Timers): PageClock => ({
  now: () => timers.now(),
  setTimer(delayMs, run) {
    const timer = timers.start(run, delayMs)
    return () => timers.cancel(timer)
  },
})
