/** Espruino's Storage in a few pages of flash: files in a row, each with a header; what is replaced becomes trash; when room runs out, everything behind the
 *  first trash is read into a buffer of one page and written back closer together.
 *  Source: Espruino's own description of Storage in its reference and in jsflash.c of 2v29: header of 32 bytes (size, name), a deleted file has the first
 *  word of its name cleared, headers are aligned to words, a header that makes no sense ends a page, and a Storage that makes no sense at the power-on
 *  is erased as a whole. */
import type { TearingFlash } from './tearingFlash.ts'

const HEADER_BYTES = 32
const NAME_BYTES = 28
const SIZE_UNSET = 0xffffffff
const WORD_BYTES = 4

interface File {
  /** Of its header. */
  at: number
  size: number
  name: string
}

const aligned = (bytes: number): number => (bytes + WORD_BYTES - 1) & ~(WORD_BYTES - 1)
const whole = ({ size }: File): number => HEADER_BYTES + aligned(size)

export class Storage {
  constructor(private readonly flash: TearingFlash) {}

  /** What the board does when its power comes on: looks whether Storage makes sense, and erases it when it does not. */
  powerOn(): void {
    if (!this.isValid()) this.eraseAll()
  }

  read(name: string): Uint8Array | undefined {
    const file = this.files().find((each) => each.name === name)
    return file && this.flash.read(file.at + HEADER_BYTES, file.size)
  }

  /** Puts a piece of a file of `size` bytes; the first piece replaces a file of that name. False when there is no room. */
  write(name: string, piece: Uint8Array, offset: number, size: number): boolean {
    let file = this.files().find((each) => each.name === name)
    if (offset === 0) {
      if (file) this.clearName(file)
      const at = this.room(HEADER_BYTES + aligned(size))
      if (at === undefined) return false
      file = { at, size, name }
      this.flash.write(at, this.headerOf(file))
    }
    if (!file || offset + piece.length > file.size) return false
    // Espruino writes no byte twice.
    if (this.flash.read(file.at + HEADER_BYTES + offset, piece.length).some((byte) => byte !== 0xff))
      return false
    this.writeAligned(file.at + HEADER_BYTES + offset, piece)
    return true
  }

  erase(name: string): void {
    const file = this.files().find((each) => each.name === name)
    if (file) this.clearName(file)
  }

  eraseAll(): void {
    for (let page = 0; page < this.flash.size; page += this.flash.sectorSize) this.flash.erase(page)
  }

  /** Bytes behind the last file. */
  free(): number {
    const last = this.walk().at(-1)
    return this.flash.size - (last ? last.at + whole(last) : 0)
  }

  /** Moves what lies behind trash to the front: page by page, through a buffer in RAM that a power cut empties. */
  compact(): void {
    const all = this.walk()
    const trash = all.findIndex((file) => file.name === '')
    if (trash < 0) return
    const { sectorSize } = this.flash
    const broken = all.slice(0, trash + 1).filter((file) => file.at % sectorSize === 0)
    let to = broken.at(-1)?.at ?? 0
    const start = to
    let buffer: number[] = []
    const flush = (readTo: number): void => {
      while (buffer.length) {
        const pageEnd = to - (to % sectorSize) + sectorSize
        if (readTo < pageEnd) return
        if (to % sectorSize === 0) this.flash.erase(to)
        const bytes = Uint8Array.from(buffer.slice(0, pageEnd - to))
        this.flash.write(to, bytes)
        to += bytes.length
        buffer = buffer.slice(bytes.length)
      }
    }
    for (const file of all.filter(({ at, name }) => at >= start && name !== '')) {
      for (let at = file.at; at < file.at + whole(file); at += WORD_BYTES) {
        buffer.push(...this.flash.read(at, WORD_BYTES))
        flush(at + WORD_BYTES)
      }
    }
    flush(this.flash.size)
    const last = all.at(-1)!
    for (let page = Math.ceil(to / sectorSize) * sectorSize; page < last.at + whole(last); page += sectorSize)
      this.flash.erase(page)
  }

  private files(): File[] {
    return this.walk().filter((file) => file.name !== '')
  }

  /** Every file and every piece of trash. */
  private walk(): File[] {
    const found: File[] = []
    let file = this.fileAt(0)
    while (file) {
      found.push(file)
      const next = file.at + whole(file)
      file = this.fileAt(next) ?? this.fileAt(this.nextPage(next))
    }
    return found
  }

  private nextPage(at: number): number {
    return at - (at % this.flash.sectorSize) + this.flash.sectorSize
  }

  private fileAt(at: number): File | undefined {
    if (at + HEADER_BYTES > this.flash.size) return undefined
    const header = this.flash.read(at, HEADER_BYTES)
    const word = new DataView(header.buffer).getUint32(0, true)
    const size = word & 0xffffff
    if (word === SIZE_UNSET || word === 0 || at + HEADER_BYTES + size > this.flash.size) return undefined
    const name = header.subarray(4, 8).every((byte) => byte === 0)
      ? ''
      : Buffer.from(header.subarray(4)).toString('latin1')
    return { at, size, name: name.replace(/\0+$/, '') }
  }

  /** The chain of headers ends where nothing was ever written. */
  private isValid(): boolean {
    const last = this.walk().at(-1)
    let end = last ? last.at + whole(last) : 0
    if (end + HEADER_BYTES > this.flash.size) return true
    const erased = (at: number): boolean => this.flash.read(at, HEADER_BYTES).every((byte) => byte === 0xff)
    if (!last) return this.flash.bytes.every((byte) => byte === 0xff)
    if (!erased(end)) end = this.nextPage(end)
    return end + HEADER_BYTES <= this.flash.size && erased(end)
  }

  /** Where a file of so many bytes can begin; tidies up when there is no other way. */
  private room(bytes: number): number | undefined {
    for (const attempt of [1, 2]) {
      const last = this.walk().at(-1)
      let at = last ? last.at + whole(last) : 0
      // Behind a header that a power cut tore nothing more can be put into its page.
      if (at < this.flash.size && this.flash.read(at, WORD_BYTES).some((byte) => byte !== 0xff))
        at = this.nextPage(at)
      if (at + bytes <= this.flash.size) return at
      if (attempt === 1) this.compact()
    }
    return undefined
  }

  private headerOf({ size, name }: File): Uint8Array {
    const header = new Uint8Array(HEADER_BYTES)
    new DataView(header.buffer).setUint32(0, size, true)
    header.set(Buffer.from(name.slice(0, NAME_BYTES), 'latin1'), 4)
    return header
  }

  private clearName({ at }: File): void {
    this.flash.write(at + 4, new Uint8Array(WORD_BYTES))
  }

  /** Whole words: what stands beside the piece is written over as it is. */
  private writeAligned(at: number, piece: Uint8Array): void {
    const from = at - (at % WORD_BYTES)
    const words = this.flash.read(from, aligned(at - from + piece.length))
    words.set(piece, at - from)
    this.flash.write(from, words)
  }
}
