/** The slots of the node's bundles: one runs, the next one that was never written is free for an update, and the loader goes back to the one before when a
 *  bundle falls over three times before it has passed its trial, or has failed its own test (record.ts says what is stored and why so; loader.ts acts by it).
 *  Each change is one byte in flash, so that a power cut leaves the old state or the new one. */
import type { Files } from '../hal/index.ts'
import {
  ENTRY_BYTES,
  ERASED,
  FAILED,
  PASSED,
  RECORD_FILE,
  SLOTS,
  SWITCHED,
  TAKEN_BACK,
  TEXT_AT,
  TOLD,
} from './record.ts'

/** How a bundle that was switched to does: `none`, nothing is on trial or left to tell; `on`, it has yet to pass; `crashed` and `failed`, it was rolled back
 *  after three starts or by its own test, and that is still to be told. */
export type Trial = 'none' | 'on' | 'crashed' | 'failed'

const NULL_BYTE = new Uint8Array(1)

function recordOf(files: Files): Uint8Array {
  return files.read(RECORD_FILE, 0, SLOTS.length * ENTRY_BYTES)
}

/** Whether a mark is there. Past the record's end there is none. */
function isSet(record: Uint8Array, slot: number, mark: number): boolean {
  return record[slot * ENTRY_BYTES + mark]! < ERASED
}

/** Sets a mark; true where it stands then. */
function setMark(files: Files, slot: number, mark: number): boolean {
  return files.write(RECORD_FILE, NULL_BYTE, slot * ENTRY_BYTES + mark)
}

/** The last slot that was ever switched to, -1 without a record. */
function lastSwitched(record: Uint8Array): number {
  let slot = SLOTS.length - 1
  while (slot >= 0 && !isSet(record, slot, SWITCHED)) slot--
  return slot
}

function runningIndex(files: Files, record: Uint8Array): number {
  let slot = lastSwitched(record)
  while (
    slot >= 0 &&
    (!isSet(record, slot, SWITCHED) || isSet(record, slot, TAKEN_BACK) || isSet(record, slot, FAILED))
  )
    slot--
  if (slot >= 0) return slot
  // As the loader does without a record.
  for (slot = 0; slot < SLOTS.length; slot++)
    if (files.read(SLOTS.charAt(slot), TEXT_AT, 1)[0]! < ERASED) return slot
  return 0
}

/** The first slot behind all that were switched to or given up, -1 where there is none or no record. */
function freeIndex(files: Files, record: Uint8Array): number {
  let slot = SLOTS.length
  while (slot > 0 && !isSet(record, slot - 1, SWITCHED) && !isSet(record, slot - 1, FAILED)) slot--
  return slot > 0 && files.size(SLOTS.charAt(slot)) > 0 ? slot : -1
}

/** The file of the bundle that runs, and from the next start on where its trial has just failed. */
export function runningSlot(files: Files): string {
  return SLOTS.charAt(runningIndex(files, recordOf(files)))
}

/** The file that an update goes into, from its byte TEXT_AT on, each byte once; undefined when all are used up, or when another trial is on: then nothing may be
 *  written, and used up is for the cable to mend. */
export function freeSlot(files: Files): string | undefined {
  const record = recordOf(files)
  const slot = freeIndex(files, record)
  return slot < 0 || trialOf(record) === 'on' ? undefined : SLOTS.charAt(slot)
}

/** Gives the free slot up: something was written into it that is no good. The next one is free then. False where there was none. */
export function abandonSlot(files: Files): boolean {
  const slot = freeIndex(files, recordOf(files))
  return slot >= 0 && setMark(files, slot, FAILED)
}

/** The bundle in the free slot runs from the next start on, on trial. False where there is none: nothing has changed then. */
export function switchSlots(files: Files): boolean {
  const record = recordOf(files)
  const slot = freeIndex(files, record)
  return slot >= 0 && trialOf(record) !== 'on' && setMark(files, slot, SWITCHED)
}

function trialOf(record: Uint8Array): Trial {
  const slot = lastSwitched(record)
  if (slot < 0 || isSet(record, slot, PASSED) || isSet(record, slot, TOLD)) return 'none'
  if (isSet(record, slot, FAILED)) return 'failed'
  return isSet(record, slot, TAKEN_BACK) ? 'crashed' : 'on'
}

/** See Trial. */
export function trial(files: Files): Trial {
  return trialOf(recordOf(files))
}

function settleTrial(files: Files, mark: number, from: (trial: Trial) => boolean): boolean {
  const record = recordOf(files)
  return from(trialOf(record)) && setMark(files, lastSwitched(record), mark)
}

/** The bundle on trial stays. False where none is. */
export function passTrial(files: Files): boolean {
  return settleTrial(files, PASSED, (now) => now === 'on')
}

/** The bundle on trial has found itself unfit: the one before runs from the next start on. False where none is. */
export function failTrial(files: Files): boolean {
  return settleTrial(files, FAILED, (now) => now === 'on')
}

/** The rollback was told: there is nothing left to tell. */
export function tellRollback(files: Files): boolean {
  return settleTrial(files, TOLD, (now) => now === 'crashed' || now === 'failed')
}
