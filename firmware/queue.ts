/** The sample queue: every sample stands in raw flash from its measurement until the gateway's application has acknowledged it.
 *
 *  A sequence belongs to an epoch and never repeats in it. The epoch (32 bits) is drawn when the area is blank, when the profile's quantities change, and
 *  when flash contradicts the journal. What is freed stands in the journal as the lowest sequence still held (`floor`) and 32 bits above it.
 *  When the ring is full, its oldest sector is erased: newer samples are worth more than older ones. Those in it that nobody had acknowledged are counted
 *  in `dropped`, `floor` moves past them, and the next hello tells the gateway not to wait for them. */
import { crc16 } from '../core/crc16.ts'
import type { Acknowledgement, Sample } from '../core/packet/types.ts'
import type { Hal } from './hal/index.ts'
import { KIND, latest, type Journal } from './journal.ts'
import {
  drop,
  ERASED,
  FIXED_WORDS,
  FLAG_BITS,
  FREED_BITS,
  HEADER_BYTES,
  HEADER_WORDS,
  isFreed,
  MARK_HIGH,
  raiseFloor,
  readSlot,
  readWords,
  saveFreed,
  SAVED_WORDS,
  slotOffset,
  turn,
  wordsCrc,
  type Queue,
} from './queueLog.ts'

export { drop, isFreed, type Queue } from './queueLog.ts'

/** A sample with what is needed to tell its age. */
export interface Held {
  sample: Sample
  /** Node seconds of the measurement. */
  atSeconds: number
  /** Power count at the measurement: another one than now makes the age uncertain. */
  powerCount: number
}

/** A new epoch: 32 bits out of the node's key, its noise, its clock and all counters at hand, so that a wiped node does not repeat one.
 *  The low 8 bits, which travel in each packet, differ from those of the epoch before. */
function drawEpoch(hal: Hal, appKey: Uint8Array, previous: number, counter: number): number {
  const words = new Uint32Array([hal.noise(), hal.noise() ^ (hal.clock.nowMs() >>> 0), previous, counter])
  const cipher = hal.aes(appKey)
  do cipher(new Uint8Array(words.buffer))
  while (words[0] === 0 || ((words[0]! ^ previous) & 0xff) === 0)
  return words[0]!
}

/** Finds the newest sector and how far back the samples of this epoch reach. */
function findSectors(queue: Queue): void {
  const epochs = new Uint32Array(queue.sectors)
  const generations = new Uint32Array(queue.sectors)
  for (let sector = 0; sector < queue.sectors; sector++) {
    const header = readWords(queue.flash, queue.start + sector * queue.flash.sectorSize, HEADER_WORDS)
    const generation = header[2]!
    if (header[0] !== (MARK_HIGH | wordsCrc(header, 4)) >>> 0 || generation % queue.sectors !== sector)
      continue
    epochs[sector] = header[1]!
    generations[sector] = generation
    queue.firsts[sector] = header[3]!
    if (generation > queue.generation) queue.generation = generation
  }
  queue.oldest = queue.generation + 1
  for (let back = queue.generation; back > 0; back--) {
    const sector = back % queue.sectors
    if (generations[sector] !== back || epochs[sector] !== queue.epoch) return
    queue.oldest = back
  }
}

/** Finds the first free slot of the newest sector (they fill in order, so by halving) and the sequence that comes next. */
function findSlot(queue: Queue): void {
  let low = 0
  let high = queue.slots
  while (low < high) {
    const middle = (low + high) >> 1
    if (readWords(queue.flash, slotOffset(queue, queue.generation, middle), 1)[0] === ERASED) high = middle
    else low = middle + 1
  }
  queue.slot = low
  queue.next = queue.firsts[queue.generation % queue.sectors]!
  for (let slot = low - 1; slot >= 0; slot--) {
    const words = readSlot(queue, queue.generation, slot)
    if (words === undefined) continue
    queue.next = words[0]! + 1
    return
  }
}

/** Nothing of before counts: the next sample begins a sector of its own. */
function beginEpoch(queue: Queue, hal: Hal, appKey: Uint8Array): void {
  queue.epoch = drawEpoch(hal, appKey, queue.epoch, queue.generation + queue.journal.generation)
  queue.next = queue.floor = queue.freed = queue.dropped = 0
  queue.slot = queue.slots
  queue.oldest = queue.generation + 1
  saveFreed(queue)
}

/** Opens the queue in all sectors of the area behind the journal's. Reads a header a sector and about ten slots.
 *  A new epoch begins on a blank area, with another set of quantities, and when flash contradicts the journal. */
export function openQueue(
  hal: Hal,
  journal: Journal,
  appKey: Uint8Array,
  quantities: readonly number[],
): Queue {
  const flash = hal.flash
  const start = journal.sectors * flash.sectorSize
  const valuesAt = FIXED_WORDS + ((quantities.length + 7) >> 3)
  const slotBytes = (valuesAt + quantities.length) * 4
  const saved = latest(journal, KIND.queue)
  const words = new Uint32Array(SAVED_WORDS)
  if (saved !== undefined) new Uint8Array(words.buffer).set(saved.subarray(0, SAVED_WORDS * 4))
  const sectors = (flash.size - start) / flash.sectorSize
  const queue: Queue = {
    flash,
    journal,
    start,
    sectors,
    quantities: quantities.length,
    setMark: crc16(new Uint8Array(quantities), 0, quantities.length),
    valuesAt,
    slotBytes,
    slots: ((flash.sectorSize - HEADER_BYTES) / slotBytes) | 0,
    epoch: words[0]!,
    next: 0,
    floor: words[2]!,
    freed: words[3]!,
    dropped: words[4]!,
    generation: 0,
    slot: 0,
    oldest: 0,
    firsts: new Uint32Array(sectors),
  }
  findSectors(queue)
  const found = words[1] === queue.setMark && queue.oldest <= queue.generation
  if (found) findSlot(queue)
  if (!found || queue.next < queue.floor) beginEpoch(queue, hal, appKey)
  else if (queue.floor < queue.firsts[queue.oldest % sectors]!)
    drop(queue, queue.firsts[queue.oldest % sectors]!)
  return queue
}

/** Stores one sample; answers its sequence. In flash when the call returns. About 2 ms, and 100 ms more every hundred samples or so. */
export function push(
  queue: Queue,
  values: Int32Array,
  flags: Uint8Array,
  atSeconds: number,
  powerCount: number,
): number {
  if (queue.slot >= queue.slots) turn(queue)
  const words = new Uint32Array(queue.slotBytes / 4)
  words[0] = queue.next
  words[1] = atSeconds
  words[2] = powerCount & 0xffff
  for (let i = 0; i < queue.quantities; i++) {
    words[FIXED_WORDS + (i >> 3)]! |= flags[i]! << ((i & 7) * FLAG_BITS)
    words[queue.valuesAt + i] = values[i]!
  }
  words[2] |= wordsCrc(words, 0) << 16
  queue.flash.write(slotOffset(queue, queue.generation, queue.slot++), new Uint8Array(words.buffer))
  return queue.next++
}

/** Lowest sequence from `from` on that is still held; `queue.next` when there is none. */
export function firstHeld(queue: Queue, from: number): number {
  let sequence = from > queue.floor ? from : queue.floor
  while (sequence < queue.next && isFreed(queue, sequence)) sequence++
  return sequence
}

/** Reads a held sample; undefined when flash lost it. One read unless a torn slot stands before it in its sector. */
export function readHeld(queue: Queue, sequence: number): Held | undefined {
  let generation = queue.generation
  while (generation > queue.oldest && queue.firsts[generation % queue.sectors]! > sequence) generation--
  let slot = sequence - queue.firsts[generation % queue.sectors]!
  for (; slot >= 0 && slot < queue.slots; slot++) {
    const words = readSlot(queue, generation, slot)
    // Behind a torn slot every sample stands one slot later.
    if (words === undefined || words[0]! < sequence) continue
    if (words[0] !== sequence) return undefined
    const flags = new Uint8Array(queue.quantities)
    for (let i = 0; i < flags.length; i++)
      flags[i] = (words[FIXED_WORDS + (i >> 3)]! >>> ((i & 7) * FLAG_BITS)) & 15
    return {
      sample: {
        sequence,
        values: new Int32Array(words.buffer, words.byteOffset + queue.valuesAt * 4, flags.length),
        flags,
      },
      atSeconds: words[1]!,
      powerCount: words[2]!,
    }
  }
  return undefined
}

/** Frees what the gateway has stored: the only thing that does. False when the acknowledgement is not about this epoch or speaks of samples
 *  that do not exist yet; nothing changes then. */
export function acknowledge(queue: Queue, acknowledgement: Acknowledgement): boolean {
  const nextSequence = acknowledgement.nextSequence
  if (acknowledgement.epoch !== queue.epoch || nextSequence > queue.next) return false
  const before = queue.freed
  const floor = queue.floor
  if (nextSequence > floor) raiseFloor(queue, nextSequence)
  for (let i = 0; i < acknowledgement.received.length * 8; i++) {
    const sequence = nextSequence + 1 + i
    if (((acknowledgement.received[i >> 3]! >> (i & 7)) & 1) === 0) continue
    if (sequence >= queue.floor && sequence < queue.next && sequence < queue.floor + FREED_BITS)
      queue.freed = (queue.freed | (1 << (sequence - queue.floor))) >>> 0
  }
  raiseFloor(queue, queue.floor)
  if (queue.floor !== floor || queue.freed !== before) saveFreed(queue)
  return true
}
