/** Raw NOR flash whose power can fail at every boundary of every write and erase, in each of the forms in which real chips leave what they were doing.
 *  Source: Winbond W25Q32JV datasheet, 8.2 Page Program and Sector Erase; ESP-IDF programs 64 bytes at a time, so any of their bits may be done first. */
import { NorFlash, PowerCut } from '../../sim/chips/flash.ts'

/** One write or erase as it was asked for; `bytes` is 0 for an erase. */
export interface Operation {
  readonly offset: number
  readonly bytes: number
}

const ERASED = 0xff
const CHUNK_BYTES = 64

/** What is left of an erase that was cut: nothing done; the first half, the second half, everything but a few bits; all done. */
const ERASES: readonly ((at: number, held: number, size: number) => number)[] = [
  (_, held) => held,
  (at, held, size) => (at < size / 2 ? ERASED : held),
  (at, held, size) => (at < size / 2 ? held : ERASED),
  (at, held) => held | (at % 3 === 0 ? ERASED : 0x5a << (at % 2)),
  (at) => (at % 97 === 5 ? 0xef : ERASED),
  () => ERASED,
]

/** What is left of the chunk in which a write was cut, bits done in any order: its first word still erased, its last quarter done, every other bit, all but
 *  the last bits. */
const CHUNKS: readonly ((at: number, length: number) => number)[] = [
  (at) => (at < 4 ? ERASED : 0),
  (at, length) => (at < (length * 3) / 4 ? ERASED : 0),
  (at) => 0x55 << (at % 2),
  (at, length) => (at === length - 1 ? 0x0f : 0),
]

/** In how many ways the power can fail in an operation: before it, at every byte with half of its bits done, behind it, and CHUNKS of each chunk. */
export function formsOf({ bytes }: Operation): number {
  return bytes === 0 ? ERASES.length : bytes + 2 + Math.ceil(bytes / CHUNK_BYTES) * CHUNKS.length
}

export class TearingFlash extends NorFlash {
  /** All that was asked for since `forget`. */
  operations: Operation[] = []
  /** The power fails in this operation, counted from `forget`, in this form. */
  cut: { operation: number; form: number } | undefined
  /** True once it has failed. */
  failed = false

  forget(): void {
    this.operations = []
  }

  override write(offset: number, bytes: Uint8Array): void {
    const form = this.begin({ offset, bytes: bytes.length })
    if (form === undefined) return super.write(offset, bytes)
    const copy = new NorFlash(this.size, this.sectorSize)
    copy.bytes.set(this.bytes)
    // What a chip would refuse is refused in a torn write too.
    copy.write(offset, bytes)
    for (let at = 0; at < bytes.length; at++)
      this.bytes[offset + at]! &= bytes[at]! | this.undone(form, at, bytes.length)
    this.fail()
  }

  override erase(offset: number): void {
    const form = this.begin({ offset, bytes: 0 })
    if (form === undefined) return super.erase(offset)
    for (let at = 0; at < this.sectorSize; at++)
      this.bytes[offset + at] = ERASES[form]!(at, this.bytes[offset + at]!, this.sectorSize)
    this.fail()
  }

  /** Bits of a byte that were not programmed yet. */
  private undone(form: number, at: number, length: number): number {
    if (form === 0) return ERASED
    if (form <= length + 1) return at < form - 1 ? 0 : at === form - 1 ? 0xaa : ERASED
    const rest = form - length - 2
    const start = Math.floor(rest / CHUNKS.length) * CHUNK_BYTES
    if (at < start) return 0
    return at < start + CHUNK_BYTES
      ? CHUNKS[rest % CHUNKS.length]!(at - start, Math.min(CHUNK_BYTES, length - start))
      : ERASED
  }

  private begin(operation: Operation): number | undefined {
    const number = this.operations.push(operation) - 1
    return this.cut?.operation === number ? this.cut.form : undefined
  }

  private fail(): never {
    this.cut = undefined
    this.failed = true
    throw new PowerCut()
  }
}
