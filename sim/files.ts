/** The files of a simulated board's own store, as Espruino keeps them: made by the cable with all their room, each byte written once. */
import { createHash } from 'node:crypto'
import type { Files } from '../firmware/hal/index.ts'
import type { Machine } from './machine.ts'

const ERASED = 0xff

export class SimFiles implements Files {
  private readonly files = new Map<string, Uint8Array>()

  /** What the cable does: a file of `size` bytes that begins with `bytes`. */
  make(name: string, bytes: Uint8Array, size: number): void {
    const file = new Uint8Array(size).fill(ERASED)
    file.set(bytes)
    this.files.set(name, file)
  }

  size(name: string): number {
    return this.files.get(name)?.length ?? 0
  }

  read(name: string, offset: number, length: number): Uint8Array {
    return this.files.get(name)?.slice(offset, offset + length) ?? new Uint8Array(0)
  }

  digest(name: string, offset: number, length: number): Uint8Array {
    return new Uint8Array(
      createHash('sha256')
        .update(this.read(name, offset, length))
        .digest(),
    )
  }

  write(name: string, bytes: Uint8Array, offset: number): boolean {
    const file = this.files.get(name)
    if (!file || offset < 1 || offset + bytes.length > file.length) return false
    if (file.subarray(offset, offset + bytes.length).some((byte) => byte !== ERASED)) return false
    file.set(bytes, offset)
    return true
  }
}

/** The same at the board's price. */
export function filesOn(machine: Machine, files: Files): Files {
  const { costs } = machine
  return {
    // Flash is mapped into memory: a few microseconds.
    size: (name) => files.size(name),
    read: (name, offset, length) => files.read(name, offset, length),
    digest: (name, offset, length) => files.digest(name, offset, length),
    write: (name, bytes, offset) => {
      machine.spend(costs.callMicros)
      machine.spendOnFlash('writing', costs.flashWriteMicros + bytes.length * costs.flashWriteByteMicros)
      return files.write(name, bytes, offset)
    },
  }
}
