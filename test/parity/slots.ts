/** The files of a board with one bundle, as `fieldnode upload` leaves them, and what Espruino's Storage does with such. */
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

/** Reading, and writing where nothing was written before; Espruino throws where something was, or where there is no room. */
export const storageOf = (files: ReadonlyMap<string, Buffer>) => ({
  read: (name: string, offset = 0, length = Infinity) => {
    const file = files.get(name)
    return file?.toString('latin1', offset, Math.min(file.length, offset + length))
  },
  write: (name: string, text: string | Uint8Array, offset: number) => {
    const bytes = Buffer.from(text as string, 'latin1')
    const place = files.get(name)?.subarray(offset, offset + bytes.length)
    if (place?.length !== bytes.length || place.some((byte) => byte !== ERASED))
      throw new Error(`Storage.write: ${bytes.length} bytes at ${offset} of ${name}`)
    return bytes.copy(place) > 0
  },
})
