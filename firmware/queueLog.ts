/** The ring of raw flash sectors under the sample queue: where a slot stands, which are valid, how a full ring makes room.
 *
 *  Sector: | header, 16 bytes | slot | slot | ... |. Header: mark 'fq', CRC-16, epoch, generation, sequence of the first sample.
 *  Slot: sequence, node seconds, power count and CRC-16, flags (4 bits a quantity), values. All are words of 32 bits in the machine's order: nobody else
 *  ever reads them. A slot is valid when its CRC fits; one that a power cut tore is passed over, and its sequence goes to the next sample, since it was
 *  never sent. The sector of a generation is that number modulo the ring's sectors. */
import { crc16 } from '../core/crc16.ts'
import type { Flash } from './hal/index.ts'
import { append, KIND, type Journal } from './journal.ts'

export const MARK_HIGH = 0x66710000
export const HEADER_WORDS = 4
export const HEADER_BYTES = HEADER_WORDS * 4
/** Words of a slot before the flags: sequence, node seconds, power count with CRC. */
export const FIXED_WORDS = 3
export const FLAG_BITS = 4
export const ERASED = 0xffffffff
/** What the journal keeps: epoch, set mark, floor, freed, dropped. */
export const SAVED_WORDS = 5
/** Sequences above `floor` of which the journal knows whether they are freed. */
export const FREED_BITS = 32

export interface Queue {
  readonly flash: Flash
  readonly journal: Journal
  /** The ring: `sectors` sectors from flash offset `start`. */
  readonly start: number
  readonly sectors: number
  /** Number of quantities in a sample, and a mark of which they are: another set begins another epoch. */
  readonly quantities: number
  readonly setMark: number
  /** Words of a slot before its values. */
  readonly valuesAt: number
  readonly slotBytes: number
  readonly slots: number
  epoch: number
  /** Sequence of the next sample. */
  next: number
  /** Lowest sequence that is still held; equal to `next` when all are freed. */
  floor: number
  /** Bit i: `floor + i` is freed. Bit 0 is always clear. */
  freed: number
  /** Samples given up unacknowledged since the epoch began. */
  dropped: number
  /** Of the sector that is being filled; 0 before the first. */
  generation: number
  /** Slot of the next sample in it. */
  slot: number
  /** Lowest generation that holds samples of this epoch; above `generation` when none does. */
  oldest: number
  /** First sequence of each sector of the ring. */
  readonly firsts: Uint32Array
}

/** `count` words of 32 bits at a flash offset. */
export function readWords(flash: Flash, offset: number, count: number): Uint32Array {
  const words = new Uint32Array(count)
  new Uint8Array(words.buffer).set(flash.read(offset, count * 4))
  return words
}

/** CRC of all bytes behind these words. */
export function wordsCrc(words: Uint32Array, from: number): number {
  return crc16(new Uint8Array(words.buffer, words.byteOffset, words.length * 4), from, words.length * 4)
}

export function slotOffset(queue: Queue, generation: number, slot: number): number {
  const sector = queue.start + (generation % queue.sectors) * queue.flash.sectorSize
  return sector + HEADER_BYTES + slot * queue.slotBytes
}

/** The words of a slot, or undefined when its CRC does not fit (never written, or torn). */
export function readSlot(queue: Queue, generation: number, slot: number): Uint32Array | undefined {
  const words = readWords(queue.flash, slotOffset(queue, generation, slot), queue.slotBytes / 4)
  const crc = words[2]! >>> 16
  if (words[0] === ERASED) return undefined
  words[2]! &= 0xffff
  return wordsCrc(words, 0) === crc ? words : undefined
}

/** Writes down what is freed: in flash when the call returns. */
export function saveFreed(queue: Queue): void {
  const words = new Uint32Array([queue.epoch, queue.setMark, queue.floor, queue.freed, queue.dropped])
  append(queue.journal, KIND.queue, new Uint8Array(words.buffer))
}

/** Moves the floor up; whatever stands below it is gone. */
export function raiseFloor(queue: Queue, floor: number): void {
  const steps = floor - queue.floor
  queue.freed = steps < FREED_BITS ? queue.freed >>> steps : 0
  queue.floor = floor
  while (queue.freed & 1) {
    queue.freed >>>= 1
    queue.floor++
  }
}

/** True when the sample was acknowledged or given up. */
export function isFreed(queue: Queue, sequence: number): boolean {
  const bit = sequence - queue.floor
  return bit < 0 || (bit < FREED_BITS && ((queue.freed >>> bit) & 1) === 1)
}

/** Gives up the unacknowledged samples below `floor`, and says so in the journal. */
export function drop(queue: Queue, floor: number): void {
  for (let sequence = queue.floor; sequence < floor; sequence++)
    if (!isFreed(queue, sequence)) queue.dropped++
  raiseFloor(queue, floor)
  saveFreed(queue)
}

/** Erases the ring's next sector and begins it. The journal knows what is dropped before it is gone. */
export function turn(queue: Queue): void {
  const generation = queue.generation + 1
  if (queue.oldest <= generation - queue.sectors) {
    queue.oldest = generation - queue.sectors + 1
    const floor = queue.firsts[queue.oldest % queue.sectors]!
    if (queue.floor < floor) drop(queue, floor)
  }
  const header = new Uint32Array([0, queue.epoch, generation, queue.next])
  header[0] = MARK_HIGH | wordsCrc(header, 4)
  const sector = slotOffset(queue, generation, 0) - HEADER_BYTES
  queue.flash.erase(sector)
  queue.flash.write(sector, new Uint8Array(header.buffer))
  queue.firsts[generation % queue.sectors] = queue.next
  if (queue.oldest > queue.generation) queue.oldest = generation
  queue.generation = generation
  queue.slot = 0
}
