/** The files of a board with one bundle, as `fieldnode upload` leaves them. */
import {
  ENTRY_BYTES,
  ERASED,
  PASSED,
  RECORD_FILE,
  SLOTS,
  STARTED,
  SWITCHED,
  TEXT_AT,
} from '../../firmware/update/record.ts'

/** Erased flash behind a bundle. */
const REST_BYTES = 1_000

/** Slot and record by their names; `isStarted` says whether the bundle ran before. */
export function slotsOf(bundle: string, isStarted: boolean): Map<string, Buffer> {
  const slot = Buffer.alloc(TEXT_AT + bundle.length + REST_BYTES, ERASED)
  slot.write(' '.repeat(TEXT_AT) + bundle, 'latin1')
  const record = Buffer.alloc(SLOTS.length * ENTRY_BYTES, ERASED)
  record[SWITCHED] = record[PASSED] = 0
  if (isStarted) record[STARTED] = 0
  return new Map([
    [SLOTS.charAt(0), slot],
    [RECORD_FILE, record],
  ])
}
