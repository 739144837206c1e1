/** Raw NOR flash of an ESP32 module, as the node's own area of it is seen through Espruino.
 *  Source: Winbond W25Q32JV datasheet, 8.2 Page Program (0x02), Sector Erase (0x20): programming can only change a 1 to a 0, erasing sets
 *  4 KiB to 0xff; ESP-IDF SPI flash API and Espruino's jshFlashWrite: offset and length in whole words of 4 bytes; endurance 100,000 erases.
 *  Offsets count from the area's first byte. */
import type { Flash } from '../../firmware/hal/index.ts'
import { ChipMisuse } from './misuse.ts'

const CHIP = 'flash'
const ERASED = 0xff
const WORD_BYTES = 4

/** Thrown into the firmware when the power fails inside a write or an erase: nothing after it runs. */
export class PowerCut extends Error {
  constructor() {
    super('power cut')
    this.name = 'PowerCut'
  }
}

export class NorFlash implements Flash {
  readonly bytes: Uint8Array
  /** Erases of each sector so far. */
  readonly erases: Uint32Array
  /** Words still written, and sectors still erased, before the power fails; undefined = never. */
  private cutAfter: number | undefined

  constructor(
    readonly size = 65_536,
    readonly sectorSize = 4096,
  ) {
    this.bytes = new Uint8Array(size).fill(ERASED)
    this.erases = new Uint32Array(size / sectorSize)
  }

  read(offset: number, length: number): Uint8Array {
    this.inArea(offset, length)
    return this.bytes.slice(offset, offset + length)
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset % WORD_BYTES !== 0 || bytes.length % WORD_BYTES !== 0)
      throw new ChipMisuse(CHIP, 'writes are whole words', `write of ${bytes.length} bytes at ${offset}`)
    this.inArea(offset, bytes.length)
    for (let at = 0; at < bytes.length; at++) this.mustClear(offset + at, bytes[at]!)
    for (let at = 0; at < bytes.length; at += WORD_BYTES) {
      this.spend()
      for (let i = at; i < at + WORD_BYTES; i++) this.bytes[offset + i] = bytes[i]!
    }
  }

  erase(offset: number): void {
    if (offset % this.sectorSize !== 0)
      throw new ChipMisuse(CHIP, 'an erase takes a whole sector', `erase at ${offset}`)
    this.inArea(offset, this.sectorSize)
    if (this.cutAfter === 0) this.tearErase(offset)
    this.spend()
    this.bytes.fill(ERASED, offset, offset + this.sectorSize)
    this.erases[offset / this.sectorSize]!++
  }

  /** The power fails after `steps` more words written or sectors erased (0: at the next one). */
  cutPowerAfter(steps: number | undefined): void {
    this.cutAfter = steps
  }

  private spend(): void {
    if (this.cutAfter === undefined) return
    if (this.cutAfter === 0) {
      this.cutAfter = undefined
      throw new PowerCut()
    }
    this.cutAfter--
  }

  /** An erase that is cut short leaves a sector that is neither what it was nor erased. */
  private tearErase(offset: number): void {
    for (let at = 0; at < this.sectorSize; at++) this.bytes[offset + at]! |= at % 3 === 0 ? ERASED : 0x0f
  }

  private mustClear(at: number, value: number): void {
    const held = this.bytes[at]!
    if ((held & value) !== value)
      throw new ChipMisuse(
        CHIP,
        'programming changes 1 to 0 only; erase first',
        `write of 0x${value.toString(16)} over 0x${held.toString(16)} at ${at}`,
      )
  }

  private inArea(offset: number, length: number): void {
    if (offset % 1 !== 0 || length % 1 !== 0 || offset < 0 || length < 0 || offset + length > this.size)
      throw new ChipMisuse(CHIP, 'inside the area only', `${length} bytes at ${offset} of ${this.size}`)
  }
}
