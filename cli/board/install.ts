/** A bundle's way onto a board: into the next slot of a board that has slots, where it runs in place of the old one from one byte to the next; else into a
 *  Storage that is laid out anew, with the loader as its last file, so that a board whose power fails on the way waits for the cable.
 *  What lies where: firmware/update/record.ts. */
import { crc32 } from 'node:zlib'
import {
  ENTRY_BYTES,
  ERASED,
  FAILED,
  PASSED,
  RECORD_FILE,
  SIGNER_FILE,
  SLOT_BYTES,
  SLOTS,
  SWITCHED,
  TEXT_AT,
} from '../../firmware/update/record.ts'
import { ABP_FILE, NETWORK_FILE, SETTINGS_FILE } from '../boardFiles.ts'
import type { BoardConsole } from './console.ts'
import { BoardError } from './error.ts'

/** Espruino runs this file at every start. */
export const BOOT_FILE = '.bootcde'
/** What a technician wrote on the board: kept when all of Storage is erased. */
const KEPT_FILES = [SETTINGS_FILE, NETWORK_FILE, ABP_FILE, SIGNER_FILE]
/** Room that the slots leave: for the loader, the record, and some hundred records that a technician replaces. */
const RESERVE_BYTES = 12_000
/** Of a file, what Storage puts before it. */
const HEADER_BYTES = 32
/** A board with fewer can't be updated. */
const SLOTS_MIN = 2
/** With fewer a Storage that holds other things is better erased. */
const SLOTS_ENOUGH = 10
const MARK = new Uint8Array(1)

/** What it needs of a board. */
export type Store = Pick<
  BoardConsole,
  'free' | 'readFile' | 'crcOf' | 'erase' | 'eraseAll' | 'makeFile' | 'fill' | 'writeFile'
>

/** What is to be installed. */
export interface Program {
  readonly bundle: Uint8Array
  readonly loader: Uint8Array
}

/** Records of a board whose Storage was erased, until they are back: it has to outlive the conversation in which that was done. */
export type Kept = Map<string, Uint8Array>

const isSet = (record: Uint8Array, slot: number, mark: number): boolean =>
  record[slot * ENTRY_BYTES + mark] !== ERASED

/** The first slot that was never used, -1 where there is none. */
function freeSlot(record: Uint8Array): number {
  let slot = SLOTS.length
  while (slot > 0 && !isSet(record, slot - 1, SWITCHED) && !isSet(record, slot - 1, FAILED)) slot--
  return slot < SLOTS.length ? slot : -1
}

const mark = (board: Store, slot: number, which: number): Promise<void> =>
  board.fill(RECORD_FILE, MARK, slot * ENTRY_BYTES + which)

/** Fills the next free slot and switches to it. False where there is none, or no slots: then nothing was written. */
async function intoSlot(
  board: Store,
  { bundle, loader }: Program,
  progress: (written: number) => void,
): Promise<boolean> {
  const record = await board.readFile(RECORD_FILE)
  const slot = record.length === SLOTS.length * ENTRY_BYTES ? freeSlot(record) : -1
  if (slot < 1 || (await board.crcOf(BOOT_FILE, 0, loader.length)) !== crc32(loader)) return false
  const name = SLOTS.charAt(slot)
  if ((await board.crcOf(name, 0, TEXT_AT)) !== crc32(BLANKS)) return false
  try {
    await board.fill(name, bundle, TEXT_AT, progress)
  } catch (error) {
    if (!(error instanceof BoardError && error.fault === 'write')) throw error
    // Something else was written there, and no byte can be written twice: the next slot is as good.
    await mark(board, slot, FAILED)
    return intoSlot(board, { bundle, loader }, progress)
  }
  // In this order: a trial that is cut short between the two ends well or goes back, and what has passed before it is switched to would never be on trial.
  await mark(board, slot, SWITCHED)
  await mark(board, slot, PASSED)
  return true
}

/** Blanks of a slot's beginning, which make the file. */
const BLANKS = Buffer.from(' '.repeat(TEXT_AT))

/** How many slots fit in behind the last file. */
async function slotsFor(board: Store): Promise<number> {
  const room = (await board.free()) - RESERVE_BYTES
  return Math.min(SLOTS.length, Math.floor(room / (HEADER_BYTES + SLOT_BYTES)))
}

/** Whether Storage has to be erased first: it has slots, of which none is left, or too little room. */
async function isFull(board: Store): Promise<boolean> {
  if ((await board.crcOf(SLOTS.charAt(0), 0, TEXT_AT)) === crc32(BLANKS)) return true
  return (await slotsFor(board)) < SLOTS_ENOUGH
}

/** Makes the slots and puts the bundle into the first. The loader is the last file: without it nothing starts. */
async function anew(
  board: Store,
  { bundle, loader }: Program,
  kept: Kept,
  progress: (written: number) => void,
): Promise<void> {
  // A file that is cut off at its beginning costs the whole Storage too.
  for (const name of KEPT_FILES) {
    const record = await board.readFile(name)
    if (record.length > 0) kept.set(name, record)
  }
  if (await isFull(board)) await board.eraseAll()
  else await board.erase(BOOT_FILE)
  await restore(board, kept)
  const slots = await slotsFor(board)
  if (slots < SLOTS_MIN) throw new BoardError('noSpace', `${slots} < ${SLOTS_MIN}`)
  for (let slot = 0; slot < slots; slot++) await board.makeFile(SLOTS.charAt(slot), BLANKS, SLOT_BYTES)
  const record = Buffer.alloc(SLOTS.length * ENTRY_BYTES, ERASED)
  record[SWITCHED] = record[PASSED] = 0
  await board.writeFile(RECORD_FILE, record)
  await board.fill(SLOTS.charAt(0), bundle, TEXT_AT, progress)
  await board.writeFile(BOOT_FILE, loader)
}

async function restore(board: Store, kept: Kept): Promise<void> {
  for (const [name, record] of kept)
    if ((await board.crcOf(name, 0, record.length)) !== crc32(record)) await board.writeFile(name, record)
}

/** Installs a program; `kept` is empty at first, and the same again when a conversation that broke off is begun anew. Fails with any fault of the console. */
export async function install(
  board: Store,
  program: Program,
  kept: Kept,
  progress: (written: number) => void,
): Promise<void> {
  await restore(board, kept)
  if (!(await intoSlot(board, program, progress))) await anew(board, program, kept, progress)
}
