/** What a board runs at its start (.bootcde): finds the slot whose turn it is, counts the starts of a bundle on trial, and answers the bundle's text; the build
 *  adds the line that evaluates it, from flash and with nothing of this around it (cli/build/loader.ts).
 *  The node's own program may be what is wrong, so nothing here needs it: a start is counted before it runs, and the watchdog bites when it ends early. */
import type { Engine, Require } from '../hal/espruinoGlobals.d.ts'
import {
  ENTRY_BYTES,
  ERASED,
  FAILED,
  PASSED,
  RECORD_FILE,
  SLOTS,
  STARTED,
  SWITCHED,
  TAKEN_BACK,
  TEXT_AT,
  TEXT_BYTES,
} from './record.ts'

declare const require: Require
declare const E: Engine
/** Only there in the first start of a bundle, whose Hal reads it. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars
declare let firstStart: boolean

/** A program that falls over before it watches itself, or that is refused, is started again: that long a technician has at the cable. */
const WATCHDOG_SECONDS = 180

/** The text of the slot that runs; without a record that names one, of the first slot that holds one. Undefined on a board without a bundle. */
export function slotText(): string | undefined {
  E.enableWatchdog(WATCHDOG_SECONDS, false)
  const storage = require('Storage')
  const record = storage.read(RECORD_FILE) ?? ''
  // Past the record's end a character is no number, and then no mark.
  const isSet = (at: number): boolean => record.charCodeAt(at) < ERASED
  const set = (at: number): boolean => storage.write(RECORD_FILE, '\0', at)
  for (let slot = SLOTS.length - 1; slot >= 0; slot--) {
    const entry = slot * ENTRY_BYTES
    if (!isSet(entry + SWITCHED) || isSet(entry + TAKEN_BACK) || isSet(entry + FAILED)) continue
    let starts = STARTED
    while (starts < PASSED && isSet(entry + starts)) starts++
    if (starts === STARTED) firstStart = true
    if (starts === STARTED || (starts < PASSED && !isSet(entry + PASSED))) set(entry + starts)
    if (starts < PASSED || isSet(entry + PASSED)) return storage.read(SLOTS.charAt(slot), TEXT_AT, TEXT_BYTES)
    set(entry + TAKEN_BACK)
  }
  for (let slot = 0; slot < SLOTS.length; slot++) {
    const text = storage.read(SLOTS.charAt(slot), TEXT_AT, TEXT_BYTES)
    if (text && text.charCodeAt(0) < ERASED) return text
  }
  return undefined
}
