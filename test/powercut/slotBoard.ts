/** A board that begins with the loader as it ships, over Storage in flash that tears: what the cable writes, what the firmware sees, and what runs at a start. */
import { createContext, Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { BoardError } from '../../cli/board/error.ts'
import { BOOT_FILE, type Store } from '../../cli/board/install.ts'
import { makeLoader } from '../../cli/build/loader.ts'
import { sha256 } from '../core/lms/signatures.ts'
import type { Files } from '../../firmware/hal/index.ts'
import { BUNDLE_END } from '../../firmware/update/record.ts'
import { PowerCut } from '../../sim/chips/flash.ts'
import { Storage } from './storage.ts'
import type { Cut } from './sweep.ts'
import { TearingFlash, type Operation } from './tearingFlash.ts'

const PAGE_BYTES = 4096
/** Four slots of their real size. */
const PAGES = 64
/** Bytes the cable carries at a time (cli/board/console.ts). */
const PIECE_BYTES = 180
const FILE_BYTES = 64
const BUNDLE_BYTES = 600
/** As it ships. */
const LOADER = await makeLoader()

export class Board {
  readonly storage: Storage
  readonly loader = Buffer.from(LOADER)
  /** What ran at each start. */
  readonly ran: string[] = []
  private readonly flash: TearingFlash

  constructor(private readonly pages = PAGES) {
    this.flash = new TearingFlash(pages * PAGE_BYTES, PAGE_BYTES)
    this.storage = new Storage(this.flash)
  }

  /** The same flash, with nothing asked of it yet. */
  copy(): Board {
    const copy = new Board(this.pages)
    copy.flash.bytes.set(this.flash.bytes)
    return copy
  }

  get operations(): readonly Operation[] {
    return this.flash.operations
  }

  cut(cut: Cut): void {
    this.flash.cut = cut
  }

  /** A program that says its name, of some length. */
  bundle(name: string): Buffer {
    const call = `ran(${JSON.stringify(name)});`
    return Buffer.from(`/*${name.repeat(BUNDLE_BYTES).slice(0, BUNDLE_BYTES)}*/${call}${BUNDLE_END}`)
  }

  /** The name of the bundle that runs when the power comes on; 'cable' when none does. */
  boot(): string {
    this.storage.powerOn()
    const code = this.storage.read(BOOT_FILE)
    if (!code) return 'cable'
    const ran = this.run(Buffer.from(code).toString('latin1'))
    this.ran.push(ran)
    return ran
  }

  private run(code: string): string {
    let ran = 'cable'
    const text = (name: string, offset = 0): string | undefined => {
      const file = this.storage.read(name)
      return file && Buffer.from(file).toString('latin1', offset)
    }
    const context = createContext({
      E: { enableWatchdog: () => undefined },
      require: () => ({
        read: text,
        write: (name: string, piece: string, offset: number) =>
          this.write(name, Buffer.from(piece, 'latin1'), offset),
      }),
      ran: (name: string) => void (ran = name),
    }) as { $?: string }
    try {
      new Script(code).runInContext(context)
    } catch (error) {
      if (error instanceof PowerCut) throw error
      return 'cable'
    }
    // All of it, and not a part that runs.
    return ran === 'cable' || context.$!.startsWith(this.bundle(ran).toString('latin1'))
      ? ran
      : 'half a bundle'
  }

  /** As Espruino does with an offset: it throws where the bytes are not erased. */
  private write(name: string, bytes: Uint8Array, offset: number): boolean {
    if (!this.storage.write(name, bytes, offset, 0))
      throw new Error('File already written with different data')
    return true
  }

  put(name: string, bytes: Uint8Array): void {
    this.storage.write(name, bytes, 0, bytes.length)
  }

  get files(): Files {
    const { storage } = this
    return {
      size: (name) => storage.read(name)?.length ?? 0,
      read: (name, offset, length) => storage.read(name)?.slice(offset, offset + length) ?? new Uint8Array(0),
      digest: (name, offset, length) => sha256(storage.read(name)!.slice(offset, offset + length)),
      write: (name, bytes, offset) => offset > 0 && storage.write(name, bytes, offset, 0),
    }
  }

  /** What the cable asks of a board (cli/board/console.ts). */
  get store(): Store {
    const { storage } = this
    const crcOf = (name: string, at: number, length: number): number | undefined => {
      const file = storage.read(name)
      return file && crc32(file.subarray(at, at + length))
    }
    const pieces = (name: string, bytes: Uint8Array, at: number, size: number): Promise<void> => {
      for (let done = 0; done < bytes.length; done += PIECE_BYTES) {
        const piece = bytes.subarray(done, done + PIECE_BYTES)
        const isThere = storage.write(name, piece, at + done, size)
        if (!isThere && crcOf(name, at + done, piece.length) !== crc32(piece))
          throw new BoardError('write', name)
      }
      if (crcOf(name, at, bytes.length) !== crc32(bytes)) throw new BoardError('crc', name)
      return Promise.resolve()
    }
    const made = (name: string, bytes: Uint8Array, size: number): Promise<void> => {
      if (storage.free() <= size + FILE_BYTES) throw new BoardError('noSpace', name)
      return pieces(name, bytes, 0, size)
    }
    return {
      free: () => Promise.resolve(storage.free()),
      readFile: (name) => Promise.resolve(Buffer.from(storage.read(name) ?? [])),
      crcOf: (...asked) => Promise.resolve(crcOf(...asked)),
      erase: (name) => Promise.resolve(storage.erase(name)),
      eraseAll: () => Promise.resolve(storage.eraseAll()),
      makeFile: made,
      fill: (name, bytes, at) => pieces(name, bytes, at, at + bytes.length),
      writeFile: (name, bytes) => made(name, bytes, bytes.length),
    }
  }
}
