/** Lets promises be seen between the steps of a clock that stands still. */
import type { ManualClock } from '../manualClock.ts'

/** Resolves when everything that is already decided has been heard. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

/** Moves the clock on, timer by timer, and lets promises settle before and in between. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  await settle()
  await clock.advance(ms, settle)
}
