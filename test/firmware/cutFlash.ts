/** Raw NOR flash for tests, strict as the real one, whose power can fail at every single byte of a write and at three depths of an erase. */
import type { Flash } from '../../firmware/hal/index.ts'

export class PowerCut extends Error {}

const ERASE_STEPS = 3

export class CutFlash implements Flash {
  readonly bytes: Uint8Array
  erases = 0
  /** Steps done so far: a byte written is one, an erase is three. */
  steps = 0
  /** The power fails instead of this step. */
  cutAt: number | undefined

  constructor(
    readonly size = 65_536,
    readonly sectorSize = 4096,
  ) {
    this.bytes = new Uint8Array(size).fill(0xff)
  }

  read(offset: number, length: number): Uint8Array {
    this.check(offset, length)
    return this.bytes.slice(offset, offset + length)
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset % 4 || bytes.length % 4)
      throw new Error(`write of ${bytes.length} at ${offset} is not of whole words`)
    this.check(offset, bytes.length)
    for (let i = 0; i < bytes.length; i++) {
      const held = this.bytes[offset + i]!
      if ((held & bytes[i]!) !== bytes[i]!) throw new Error(`write sets bits at ${offset + i}`)
      // Where the power fails, half of the byte's bits have been programmed.
      if (this.steps === this.cutAt) this.bytes[offset + i] = held & (bytes[i]! | 0xaa)
      this.step()
      this.bytes[offset + i] = bytes[i]!
    }
  }

  erase(offset: number): void {
    if (offset % this.sectorSize) throw new Error(`erase at ${offset} is not at a sector`)
    this.check(offset, this.sectorSize)
    for (let depth = 0; depth < ERASE_STEPS; depth++) {
      this.step()
      const end = ((depth + 1) * this.sectorSize) / ERASE_STEPS
      for (let at = 0; at < end; at++)
        this.bytes[offset + at]! |= depth === ERASE_STEPS - 1 ? 0xff : 0x5a << (at % 3)
    }
    this.erases++
  }

  private step(): void {
    if (this.steps === this.cutAt) throw new PowerCut()
    this.steps++
  }

  private check(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw new Error(`${length} at ${offset} is outside`)
  }
}

/** Runs `run` until it ends or the power fails at `cutAt`; true when it failed. */
export function untilCut(flash: CutFlash, cutAt: number | undefined, run: () => void): boolean {
  flash.cutAt = cutAt === undefined ? undefined : flash.steps + cutAt
  try {
    run()
    return false
  } catch (error) {
    if (error instanceof PowerCut) return true
    throw error
  } finally {
    flash.cutAt = undefined
  }
}
