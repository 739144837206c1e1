/** The files of a board with one bundle, as `fieldnode upload` leaves them, and what Espruino's Storage does with such. */
import { createContext, type Script } from 'node:vm'
import type { Files } from '../../firmware/hal/index.ts'
import {
  BUNDLE_END,
  ENTRY_BYTES,
  ERASED,
  PASSED,
  RECORD_FILE,
  SIGNER_FILE,
  SLOT_BYTES,
  SLOTS,
  STARTED,
  SWITCHED,
  TEXT_AT,
} from '../../firmware/update/record.ts'
import { filesOn } from '../../sim/files.ts'
import type { Machine } from '../../sim/machine.ts'
import { sha256 } from '../core/lms/signatures.ts'

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

/** The same with a free slot behind the first, each as large as the cable makes it, and the key of those who may release. */
export function updatableSlots(bundle: string, signer: Uint8Array): Map<string, Buffer> {
  const files = slotsOf(bundle, true)
  for (const name of SLOTS.slice(0, 2)) {
    const slot = Buffer.alloc(SLOT_BYTES, ERASED).fill(' ', 0, TEXT_AT)
    files.get(name)?.copy(slot)
    files.set(name, slot)
  }
  return files.set(SIGNER_FILE, Buffer.from(signer))
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

/** Storage as the firmware's own sources see it (Hal.files). */
export function filesIn(files: ReadonlyMap<string, Buffer>): Files {
  const storage = storageOf(files)
  return {
    size: (name) => files.get(name)?.length ?? 0,
    read: (name, offset, length) => Uint8Array.from(files.get(name)?.subarray(offset, offset + length) ?? []),
    digest: (name, offset, length) =>
      sha256(files.get(name)?.subarray(offset, offset + length) ?? new Uint8Array(0)),
    write: (name, bytes, offset) => {
      try {
        return offset > 0 && storage.write(name, bytes, offset)
      } catch {
        return false
      }
    },
  }
}

/** Storage as a bundle sees it, at the board's price. */
export function pricedStorage(machine: Machine, files: ReadonlyMap<string, Buffer>) {
  const storage = storageOf(files)
  const priced = filesOn(machine, filesIn(files))
  return {
    read: storage.read,
    write: (name: string, what: string | Uint8Array, offset: number) => {
      // Marks of the loader, which the sources do without, are texts.
      if (typeof what === 'string') return storage.write(name, what, offset)
      if (!priced.write(name, what, offset)) throw new Error(`Storage.write: at ${offset} of ${name}`)
      return true
    },
  }
}

/** What the loader leaves to the bundle: its release, and whether this is its first start. */
export interface Loaded {
  readonly release: number
  readonly isFirst: boolean
}

/** Runs the loader, which counts starts, as far as the bundle that it would evaluate. */
export function load(loader: Script, files: ReadonlyMap<string, Buffer>): Loaded {
  let text = ''
  const context = createContext({
    E: { enableWatchdog: () => undefined },
    require: () => storageOf(files),
    eval: (chosen: string) => void (text = chosen),
  })
  loader.runInContext(context)
  const release = parseInt(text.slice(text.lastIndexOf(BUNDLE_END) + BUNDLE_END.length))
  return { release, isFirst: 'firstStart' in context }
}
