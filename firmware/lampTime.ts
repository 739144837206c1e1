/** The time of day on a lamp: told by the network now and then, carried on by the node's clock, and never trusted more than it deserves.
 *  The error of the clock is taken as 10 % until two answers of the network, forty minutes or more apart, have measured it; then as twice what was measured and
 *  1 per mille more (an ESP32 that stays awake counts by a crystal of 20 ppm; one whose crystal fails, or whose network errs, shows it here). */
import type { Settings } from '../core/settings.ts'
import { scheduleLevel, type LampState } from '../core/lights/index.ts'
import { CLOCK_ERROR_PER_MILLE, nowSeconds, secondsAt, SYNC_AT, SYNC_UNIX, type Node } from './nodeState.ts'

const CLOCK_ERROR_PER_MILLE_MAX = 100
/** An answer is this good at once: its fraction is cut off and its transmission takes a moment. */
const SYNC_ERROR_SECONDS = 2
const MEASURE_SECONDS_MIN = 2400
/** The time is asked for when it may be wrong by this much, and once a day. */
const UNCERTAINTY_SECONDS_MAX = 300
const ASK_SECONDS = 86_400

/** How far the lamp's idea of the time may be off. */
function uncertaintySeconds(node: Node): number {
  const { words } = node
  const elapsed = nowSeconds(node) - words[SYNC_AT]!
  return SYNC_ERROR_SECONDS + Math.ceil((elapsed * words[CLOCK_ERROR_PER_MILLE]!) / 1000)
}

/** Takes the network's time: it was `unixSeconds` at `atMs` of the HAL's clock. */
export function takeTime(node: Node, unixSeconds: number, atMs: number): void {
  const { words } = node
  const at = secondsAt(node, atMs)
  const elapsed = at - words[SYNC_AT]!
  const measured = words[SYNC_UNIX] !== 0 && elapsed >= MEASURE_SECONDS_MIN
  if (measured) {
    const error = Math.abs(Math.floor(unixSeconds + 0.5) - (words[SYNC_UNIX]! >>> 0) - elapsed)
    const perMille = 1 + Math.ceil((2 * error * 1000) / elapsed)
    words[CLOCK_ERROR_PER_MILLE] = Math.min(perMille, CLOCK_ERROR_PER_MILLE_MAX)
  } else if (words[SYNC_UNIX] === 0) words[CLOCK_ERROR_PER_MILLE] = CLOCK_ERROR_PER_MILLE_MAX
  words[SYNC_UNIX] = Math.floor(unixSeconds + 0.5)
  words[SYNC_AT] = at
}

/** True when the lamp should ask for the time. */
export function timeWanted(node: Node): boolean {
  const unknown = node.words[SYNC_UNIX] === 0
  return (
    unknown ||
    uncertaintySeconds(node) > UNCERTAINTY_SECONDS_MAX ||
    nowSeconds(node) - node.words[SYNC_AT]! >= ASK_SECONDS
  )
}

/** What the lamp's own schedule says now. */
export function scheduledLevel(node: Node, settings: Settings): LampState {
  const { words } = node
  if (words[SYNC_UNIX] === 0) return scheduleLevel(settings, undefined, 0)
  const unixSeconds = (words[SYNC_UNIX]! >>> 0) + nowSeconds(node) - words[SYNC_AT]!
  return scheduleLevel(settings, unixSeconds, uncertaintySeconds(node))
}
