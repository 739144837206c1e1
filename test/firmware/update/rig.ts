/** A node that is updated, without its radio: the real functions of firmware/update over flash whose power can fail, a loader as the board's, and a gateway that
 *  answers as the test tells it to. A release number belongs to each bundle, and the running one's is what the firmware has as its own. */
import { growKey, publicKeyOf, signLms } from '../../../cli/sign/lms.ts'
import { bundleDigest } from '../../../core/update/digest.ts'
import { encodeManifest, type Manifest } from '../../../core/update/manifest.ts'
import {
  decodeUpdateUplink,
  encodeOffer,
  encodePiece,
  type Offer,
  type UpdateState,
  type UpdateUplink,
  type Wanted,
} from '../../../core/update/message.ts'
import type { Files, Hal } from '../../../firmware/hal/index.ts'
import { KIND, latest, openJournal } from '../../../firmware/journal.ts'
import { FILTERS, UPDATE_AT, UPDATE_SAID, type Node } from '../../../firmware/nodeState.ts'
import * as record from '../../../firmware/update/record.ts'
import { runningSlot } from '../../../firmware/update/slots.ts'
import {
  passSelfTest,
  resumeUpdate,
  takeUpdate,
  updatePayload,
  advanceUpdate,
  updateSaid,
} from '../../../firmware/update/update.ts'
import { takeWords } from '../../../firmware/wakeRecord.ts'
import { NorFlash } from '../../../sim/chips/flash.ts'
import { readerOf, sha256 } from '../../core/lms/signatures.ts'

const secret = { lmsType: 5, otsType: 3, identifier: new Uint8Array(16), seed: new Uint8Array(32).fill(1) }
export const KEY = growKey(sha256, secret)
export const OTHER_KEY = growKey(sha256, { ...secret, seed: new Uint8Array(32).fill(9) })

/** ASCII, as bundles are; the last line is a comment. */
export const bundleOf = (version: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i < 4 ? 0x30 + version : 32 + ((i * 7 + version) % 90)))

/** A release: what an operator brings. */
export interface Release {
  readonly offer: Offer
  readonly stream: Uint8Array
}

let leaf = 0

export function releaseOf(
  bundle: Uint8Array,
  over: Partial<Manifest> = {},
  { key = KEY, pieceBytes = 60, ...offered }: { key?: typeof KEY; pieceBytes?: number } & Partial<Offer> = {},
): Release {
  const digest = bundleDigest(sha256, bundle.length, readerOf(bundle))!
  const manifest = {
    ...{ version: 2, board: 'esp32-devkit', profile: 'soil', region: 'AS923-2' },
    ...{ bundleBytes: bundle.length, digest },
    ...over,
  }
  const signed = encodeManifest(manifest) as Uint8Array
  const randomizer = new Uint8Array(32).fill(2)
  const ticket = Buffer.concat([signed, signLms(sha256, key, leaf++ % 1024, randomizer, signed)])
  const offer = {
    transfer: Buffer.from(sha256(ticket)).readUInt32BE(0),
    ...{ version: manifest.version, ticketBytes: ticket.length, bundleBytes: bundle.length, pieceBytes },
    ...offered,
  }
  return { offer, stream: Buffer.concat([ticket, bundle]) }
}

export function pieceAt({ offer, stream }: Release, index: number): Uint8Array {
  const start = index * offer.pieceBytes
  return encodePiece(offer.transfer, index, stream.subarray(start, start + offer.pieceBytes))
}

/** Pieces that a node wants. */
export const indicesOf = ({ first, mask }: Wanted): number[] =>
  Array.from({ length: 64 }, (_, bit) => bit)
    .filter((bit) => mask[bit >> 3]! & (0x80 >> (bit & 7)))
    .map((bit) => first + bit)

class Restart extends Error {}

/** Bytes the node may use for its journal. */
const JOURNAL_SECTORS = 2

/** Files one after the other in flash, as the cable makes them. */
class RigFiles implements Files {
  private readonly places = new Map<string, { at: number; size: number }>()
  private end = 0

  constructor(private readonly flash: NorFlash) {}

  make(name: string, bytes: Uint8Array, size: number): void {
    const at = this.end
    this.places.set(name, { at, size })
    this.end += (size + 3) & ~3
    this.flash.bytes.set(bytes, at)
  }

  size(name: string): number {
    return this.places.get(name)?.size ?? 0
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const place = this.places.get(name)
    if (length < 1) throw new Error('a read of nothing')
    if (!place || offset >= place.size) return new Uint8Array(0)
    return this.flash.read(place.at + offset, Math.min(length, place.size - offset))
  }

  digest(name: string, offset: number, length: number): Uint8Array {
    return sha256(this.read(name, offset, length))
  }

  /** As Storage does: in whole words, and no byte that is written already. */
  write(name: string, bytes: Uint8Array, offset: number): boolean {
    const place = this.places.get(name)
    if (!place || offset < 1 || offset + bytes.length > place.size) return false
    if (this.read(name, offset, bytes.length).some((byte) => byte !== record.ERASED)) return false
    const from = place.at + offset
    const start = from & ~3
    const words = this.flash.read(start, (from + bytes.length - start + 3) & ~3)
    words.set(bytes, from - start)
    this.flash.write(start, words)
    return true
  }
}

/** Which release runs; the firmware is told by the test's stand-in for firmware/release.ts. */
export const running = { release: 1 }

export interface RigOptions {
  slots?: number
  signer?: Uint8Array | undefined
  flash?: NorFlash
}

export class Rig {
  readonly files: RigFiles
  readonly journalFlash = new NorFlash(8192)
  readonly logs: string[] = []
  readonly states: UpdateState[] = []
  nowMs = 0
  starts = 0
  /** What a release does instead of passing. */
  crashes = (_release: number): boolean => false
  node!: Node
  private readonly flash: NorFlash

  constructor({ slots = 4, signer = publicKeyOf(KEY), flash = new NorFlash(512 * 1024) }: RigOptions = {}) {
    this.flash = flash
    this.files = new RigFiles(this.flash)
    const entries = new Uint8Array(record.SLOTS.length * record.ENTRY_BYTES).fill(record.ERASED)
    entries[record.SWITCHED] = entries[record.PASSED] = 0
    this.files.make(record.RECORD_FILE, entries, entries.length)
    if (signer) this.files.make(record.SIGNER_FILE, signer, signer.length)
    for (let slot = 0; slot < slots; slot++) {
      const head = Buffer.concat([Buffer.from('    '), slot ? Buffer.alloc(0) : bundleOf(1, 40)])
      this.files.make(record.SLOTS.charAt(slot), head, record.SLOT_BYTES)
    }
    this.start()
  }

  /** The release in the slot that runs, by its text. */
  get release(): number {
    return this.files.read(runningSlot(this.files), record.TEXT_AT, 1)[0]! - 0x30
  }

  /** As the loader (firmware/update/loader.ts): counts a start of a bundle on trial, and goes back after the third. */
  private load(): void {
    for (let slot = record.SLOTS.length - 1; slot >= 0; slot--) {
      const entry = slot * record.ENTRY_BYTES
      const isSet = (mark: number): boolean =>
        this.files.read(record.RECORD_FILE, entry + mark, 1)[0]! < record.ERASED
      const set = (mark: number): boolean =>
        this.files.write(record.RECORD_FILE, new Uint8Array(1), entry + mark)
      if (!isSet(record.SWITCHED) || isSet(record.TAKEN_BACK) || isSet(record.FAILED)) continue
      if (isSet(record.PASSED)) return
      let starts: number = record.STARTED
      while (starts < record.PASSED && isSet(starts)) starts++
      if (starts < record.PASSED) return void set(starts)
      set(record.TAKEN_BACK)
    }
  }

  /** A start, out of a reset or after the power came back. */
  start(): void {
    this.starts++
    this.load()
    running.release = this.release
    const words = new Int32Array(FILTERS)
    const journal = openJournal(this.journalFlash, JOURNAL_SECTORS)
    // As they were kept last: all later is lost.
    const kept = latest(journal, KIND.node)
    if (kept) takeWords(kept, words)
    const hal = {
      clock: { nowMs: () => this.nowMs },
      files: () => this.files,
      sha256,
      log: (line: string) => this.logs.push(line),
      power: {
        deepSleep: () => {
          throw new Restart()
        },
      },
    } as unknown as Hal
    this.node = {
      ...{ hal, words, journal, reportSeconds: 600 },
      ...{ board: { name: 'esp32-devkit' }, profile: { name: 'soil' }, region: { name: 'AS923-2' } },
      mqtt: {},
    } as unknown as Node
    this.nowMs += 60_000
    resumeUpdate(this.node)
  }

  /** One exchange: what the node says goes to `answer`, which hands downlinks back, and at its end the self-test is passed. Answers what was said. */
  talk(answer: (message: UpdateUplink) => Uint8Array[] = () => []): UpdateUplink | undefined {
    if (this.crashes(this.release)) {
      this.start()
      return undefined
    }
    try {
      if (this.owes) advanceUpdate(this.node)
      const payload = this.owes ? updatePayload(this.node) : new Uint8Array(0)
      let said: UpdateUplink | undefined
      if (payload.length > 0) {
        said = decodeUpdateUplink(payload) as UpdateUplink
        if (typeof said === 'string') throw new Error(said)
        if (said.kind === 'state') this.states.push(said)
        const downlinks = answer(said)
        updateSaid(this.node, downlinks.length > 0)
        for (const downlink of downlinks) takeUpdate(this.node, downlink)
      }
      passSelfTest(this.node)
      return said
    } catch (error) {
      if (!(error instanceof Restart)) throw error
      this.start()
      return undefined
    }
  }

  take(payload: Uint8Array): void {
    takeUpdate(this.node, payload)
  }

  /** Whether the node has anything to say. */
  get owes(): boolean {
    return this.node.words[UPDATE_AT] !== 0 || this.node.words[UPDATE_SAID] !== 0
  }

  /** Offers a release and goes on until the node has nothing more to say. */
  update(
    release: Release,
    radio: (pieces: Uint8Array[]) => Uint8Array[] = (pieces) => pieces,
    rounds = 60,
  ): void {
    this.take(encodeOffer(release.offer))
    for (let round = 0; round < rounds && this.owes; round++) {
      this.nowMs += 20_000
      this.talk((message) =>
        message.kind === 'wanted'
          ? radio(indicesOf(message).map((index) => pieceAt(release, index)))
          : [Uint8Array.of(0)],
      )
    }
  }
}
