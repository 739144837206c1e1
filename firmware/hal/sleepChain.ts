/** Sleep longer than the chip can: the time to wake at, kept in a flash sector of its own while a chain of shorter sleeps lasts.
 *  The sector is a log of 8 bytes an entry: seconds of the node's clock and their complement. The last entry counts; zeros written over it end it (a
 *  write can only clear bits), and a torn one is not its own complement. RTC memory would be the place, but Espruino does not offer it. */
import { isErased } from '../journal.ts'
import type { Flash } from './index.ts'

const ENTRY_BYTES = 8
const ERASED = 0xffffffff

function entryAt(flash: Flash, sector: number, index: number): Uint32Array {
  return new Uint32Array(flash.read(sector + index * ENTRY_BYTES, ENTRY_BYTES).buffer)
}

/** Number of entries written: they fill in order, so by halving. */
function entries(flash: Flash, sector: number): number {
  let low = 0
  let high = flash.sectorSize / ENTRY_BYTES
  while (low < high) {
    const middle = (low + high) >> 1
    if (entryAt(flash, sector, middle)[0] === ERASED) high = middle
    else low = middle + 1
  }
  return low
}

/** Seconds of the clock at which the running chain ends, 0 when none runs. */
export function chainEnd(flash: Flash, sector: number): number {
  const count = entries(flash, sector)
  const entry = entryAt(flash, sector, count > 0 ? count - 1 : 0)
  return count > 0 && (entry[0]! ^ entry[1]!) === -1 ? entry[0]! : 0
}

/** Begins a chain that ends at `seconds` (1 to 2^32 - 2). */
export function beginChain(flash: Flash, sector: number, seconds: number): void {
  const entry = new Uint8Array(new Uint32Array([seconds, ~seconds]).buffer)
  const at = entries(flash, sector) * ENTRY_BYTES
  // What a power cut tore may look erased at its beginning only.
  const blank = at < flash.sectorSize && isErased(flash.read(sector + at, ENTRY_BYTES), 0, ENTRY_BYTES)
  if (blank) flash.write(sector + at, entry)
  // Between another program's bytes a blank entry need not be the log's end, and what is written there is not found again.
  if (blank && chainEnd(flash, sector) === seconds) return
  flash.erase(sector)
  flash.write(sector, entry)
}

/** Ends the running chain. */
export function endChain(flash: Flash, sector: number): void {
  flash.write(sector + (entries(flash, sector) - 1) * ENTRY_BYTES, new Uint8Array(ENTRY_BYTES))
}
