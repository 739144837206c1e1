/** What a node says of itself besides its samples: once a day, when something has happened, and again after an hour when nothing answered. Until then it stands
 *  in the node's words, so that what happened is told although the program that it happened to is gone. */
import { encodeHealth } from '../core/packet/health.ts'
import { decodeMode } from '../core/packet/mode.ts'
import { CLOCK, ERROR, MODE } from '../core/packet/types.ts'
import { ASK_SECONDS } from './delivery.ts'
import {
  BROKEN,
  beginCommissioning,
  BROWN_OUTS,
  COMMISSION_END,
  CRASH_ROW,
  CRASHES,
  HEALTH_DUE,
  RESTART,
  SAFE_SECONDS,
} from './modes.ts'
import {
  BATTERY,
  ERRORS,
  FREE_MIN,
  nowSeconds,
  POWER_COUNT,
  saveState,
  SETTINGS_VERSION,
  SLOT,
  SUPPLY,
  SYNC_AT,
  SYNC_UNIX,
  type Node,
} from './nodeState.ts'

const HEALTH_BYTES = 11
const DAY_SECONDS = 86_400
/** From an end in the middle of something to the next start. */
const RESTART_MS = 1_000

/** How far the node knows the time. */
function clockState({ words }: Node, now: number): number {
  if (words[SYNC_UNIX] === 0) return CLOCK.unknown
  return now - words[SYNC_AT]! < DAY_SECONDS ? CLOCK.known : CLOCK.old
}

/** The health packet of now: 11 bytes. */
export function healthPayload(node: Node): Uint8Array {
  const { words, queue } = node
  const now = nowSeconds(node)
  const mode = node.mode
  const payload = new Uint8Array(HEALTH_BYTES)
  encodeHealth(
    {
      resetReason: words[RESTART]!,
      supply: words[SUPPLY]!,
      mode,
      clock: clockState(node, now),
      errors: words[ERRORS]!,
      brownOuts: words[BROWN_OUTS]!,
      crashes: words[CRASHES]!,
      powerOns: words[POWER_COUNT]!,
      settingsVersion: words[SETTINGS_VERSION]!,
      freeVariables: words[FREE_MIN]!,
      batteryMillivolts: words[BATTERY]!,
      // A safe node leaves its queue alone.
      held: mode === MODE.safe ? 0 : queue.next - queue.floor,
    },
    payload,
  )
  return payload
}

/** The packet went out; when it was answered, what it told of the last while is known. */
export function healthSaid(node: Node, answered: boolean): void {
  const { words } = node
  if (answered) words[ERRORS] = words[FREE_MIN] = 0
  const calm = answered ? DAY_SECONDS : ASK_SECONDS
  words[HEALTH_DUE] = nowSeconds(node) + (node.mode === MODE.safe ? SAFE_SECONDS : calm)
}

/** Keeps the fewest free variables: called while the program of the radio is there. */
export function noteFree({ words, hal }: Node): void {
  const free = hal.freeVariables()
  if (words[FREE_MIN] === 0 || free < words[FREE_MIN]!) words[FREE_MIN] = free
}

/** A mode from above: the end of all modes, or a commissioning, which has its own end. What is neither changes nothing. */
export function takeMode(node: Node, payload: Uint8Array): void {
  const { words } = node
  const mode = decodeMode(payload)
  if (typeof mode === 'string') return node.hal.log('mode ' + mode)
  words[CRASH_ROW] = words[COMMISSION_END] = 0
  if (mode === MODE.commissioning) beginCommissioning(words, nowSeconds(node))
  // Now, and not when the mode before would have it.
  words[HEALTH_DUE] = words[SLOT] = nowSeconds(node)
}

/** The interpreter's words (Hal.onError) as a mask of ERROR. */
function errorsIn(flags: string[]): number {
  let errors = 0
  for (const flag of flags) {
    if (flag === 'MEMORY') errors |= ERROR.memory
    else if (flag === 'LOW_MEMORY' || flag === 'MEMORY_BUSY') errors |= ERROR.lowMemory
    else if (flag === 'CALLBACK') errors |= ERROR.callback
    else errors |= ERROR.input
  }
  return errors
}

/** Listens to what the interpreter loses. Where it ran out of memory, whatever was under way will never come to its end: the next start counts it as a crash, and
 *  it comes at once instead of waiting for the watchdog. */
export function listen(node: Node): void {
  const { words, hal } = node
  hal.onError((flags) => {
    words[ERRORS]! |= errorsIn(flags)
    if (flags.indexOf('MEMORY') < 0) return
    words[BROKEN] = 1
    saveState(node)
    // What ran out of memory may have been a sample.
    hal.gpio.write(node.board.mount.rail, false)
    hal.power.deepSleep(RESTART_MS)
  })
}
