/** Bits whose likelihood is known, in less than a bit each: a binary arithmetic coder behind the plain bits.
 *  Source: Witten, Neal, Cleary, "Arithmetic Coding for Data Compression", Communications of the ACM 30(6), 1987; registers of 16 bits.
 *  It ends after two bits more than it shifted, and those two decide: no packet is the beginning of another one.
 *  Cost: about 16 integer operations a choice and 14 a bit that comes out of it. */
import { BitReader, BitWriter, type BitPort } from './bits.ts'

const TOP = 0xffff
const HALF = 0x8000
const QUARTER = 0x4000

export interface ModelPort extends BitPort {
  /** One bit that is 1 in `weight` of `total` cases; 0 < weight < total, weight < 2^15. No plain bits may follow. */
  choice(bit: number, weight: number, total: number): number
}

/** How many of the `high - low + 1` codes are given to a 1: at least one, and at least one is left.
 *  65534 * 32767 < 2^31. */
function share(low: number, high: number, weight: number, total: number): number {
  return 1 + Math.floor(((high - low - 1) * weight) / total)
}

export class ModelWriter extends BitWriter implements ModelPort {
  private low = 0
  private high = TOP
  /** Bits that will be the opposite of the next one. */
  private pending = 0
  private begun = false

  // Said out loud, because the build cannot lower the constructor that a class without one gets.
  constructor(into: Uint8Array) {
    super(into)
  }

  choice(bit: number, weight: number, total: number): number {
    let low = this.low
    let high = this.high
    const ones = share(low, high, weight, total)
    if (bit) high = low + ones - 1
    else low += ones
    this.begun = true
    // The interval doubles as long as its leading bit is settled, or it lies around the middle.
    for (;;) {
      let base = 0
      if (high < HALF) this.emit(0)
      else if (low >= HALF) {
        this.emit(1)
        base = HALF
      } else if (low >= QUARTER && high < HALF + QUARTER) {
        this.pending++
        base = QUARTER
      } else break
      low = (low - base) * 2
      high = (high - base) * 2 + 1
    }
    this.low = low
    this.high = high
    return bit
  }

  private emit(bit: number): void {
    this.bits(bit, 1)
    for (; this.pending > 0; this.pending--) this.bits(1 - bit, 1)
  }

  override finish(): number {
    if (this.begun) {
      this.pending++
      this.emit(this.low < QUARTER ? 0 : 1)
    }
    return super.finish()
  }
}

export class ModelReader extends BitReader implements ModelPort {
  private low = 0
  private high = TOP
  /** The next 16 bits of the code, less what was taken off it. */
  private code = -1

  constructor(bytes: Uint8Array) {
    super(bytes)
  }

  choice(_bit: number, weight: number, total: number): number {
    if (this.code < 0) this.code = this.bits(0, 16)
    let low = this.low
    let high = this.high
    const ones = share(low, high, weight, total)
    const bit = this.code < low + ones ? 1 : 0
    if (bit) high = low + ones - 1
    else low += ones
    for (;;) {
      let base = 0
      if (low >= HALF) base = HALF
      else if (low >= QUARTER && high < HALF + QUARTER) base = QUARTER
      else if (high >= HALF) break
      low = (low - base) * 2
      high = (high - base) * 2 + 1
      this.code = (this.code - base) * 2 + this.bits(0, 1)
    }
    this.low = low
    this.high = high
    return bit
  }

  override finish(): 'short' | 'long' | undefined {
    // 14 of the 16 bits in the register lie behind the end that the writer chose.
    if (this.code >= 0) this.position -= 14
    return super.finish()
  }
}
