/** Time as everything but the node's own firmware gets it: injected, so that a year can pass in a second of test. */

export interface Clock {
  /** Unix time in milliseconds; whole in tests and in the simulator. */
  now(): number
  /** Calls `run` once, `delayMs` from now (0 or more). The answer cancels it; cancelling twice is harmless. */
  setTimer(delayMs: number, run: () => void): () => void
}
