/** The sample queue: every sample stands in raw flash from its measurement until the gateway's application has acknowledged it.
 *
 *  A sequence belongs to an epoch and never repeats in it. The epoch (32 bits) is drawn when the area is blank, when the profile's quantities change, and
 *  when flash contradicts the journal. What is freed stands in the journal as the lowest sequence still held (`floor`) and 32 bits above it.
 *  When the ring is full, its oldest sector is erased: newer samples are worth more than older ones. Those in it that nobody had acknowledged are counted
 *  in `dropped`, `floor` moves past them, and the next hello tells the gateway not to wait for them. */
import { crc16 } from '../core/crc16.ts'
import type { Acknowledgement } from '../core/packet/types.ts'
import type { Hal } from './hal/index.ts'
import { isErased, KIND, latest, type Journal } from './journal.ts'
import {
  drop,
  FREED_BITS,
  HEADER_WORDS,
  headerCrc,
  isFreed,
  MARK_HIGH,
  measure,
  raiseFloor,
  readSlot,
  saveFreed,
  SAVED_WORDS,
  slotOffset,
  store,
  type Held,
  type Queue,
} from './queueLog.ts'

export { drop, isFreed, type Held, type Queue } from './queueLog.ts'

/** A slot counts samples in 9 bits. */
const SLOTS_MAX = 511

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
    const offset = (queue.journal.sectors + sector) * queue.journal.flash.sectorSize
    const header = new Uint32Array(queue.journal.flash.read(offset, HEADER_WORDS * 4).buffer)
    const generation = header[2]!
    // The checksum last: a sector that was never written is known without it.
    if ((header[0]! ^ MARK_HIGH) >>> 16 !== 0 || generation % queue.sectors !== sector) continue
    if ((header[0]! & 0xffff) !== headerCrc(header)) continue
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
    const slot = queue.journal.flash.read(slotOffset(queue, queue.generation, middle), queue.slotBytes)
    if (isErased(slot, 0, slot.length)) high = middle
    else low = middle + 1
  }
  queue.slot = low
  queue.next = queue.firsts[queue.generation % queue.sectors]!
  for (let slot = low - 1; slot >= 0; slot--) {
    const held = readSlot(queue, queue.generation, slot)
    if (held === undefined) continue
    queue.next = held.sample.sequence + 1
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
  const flash = journal.flash
  const [headerBytes, slotBytes, wideSlots] = measure(quantities)
  const saved = latest(journal, KIND.queue)
  const words = new Uint32Array(SAVED_WORDS)
  if (saved !== undefined) new Uint8Array(words.buffer).set(saved.subarray(0, SAVED_WORDS * 4))
  const sectors = flash.size / flash.sectorSize - journal.sectors
  const queue: Queue = {
    journal,
    sectors,
    quantities,
    setMark: crc16(new Uint8Array(quantities), 0, quantities.length),
    slotBytes,
    wideSlots,
    slots: Math.min(((flash.sectorSize - headerBytes) / slotBytes) | 0, SLOTS_MAX),
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

/** Stores one sample; answers its sequence. In flash when the call returns. About 2 ms, and 100 ms more every few hundred samples. */
export function push(
  queue: Queue,
  values: Int32Array,
  flags: Uint8Array,
  atSeconds: number,
  powerCount: number,
): number {
  store(queue, { sample: { sequence: queue.next, values, flags }, atSeconds, powerCount })
  return queue.next++
}

/** Lowest sequence from `from` on that is still held; `queue.next` when there is none. */
export function firstHeld(queue: Queue, from: number): number {
  let sequence = from > queue.floor ? from : queue.floor
  while (sequence < queue.next && isFreed(queue, sequence)) sequence++
  return sequence
}

/** Reads a held sample; undefined when flash lost it. Values come back as they are sent, in whole wire steps, and a missing one as 0. */
export function readHeld(queue: Queue, sequence: number): Held | undefined {
  let generation = queue.generation
  while (generation > queue.oldest && queue.firsts[generation % queue.sectors]! > sequence) generation--
  const end = generation === queue.generation ? queue.slot : queue.slots
  // Behind a torn slot, and behind a sample that took several, every sample stands later.
  for (let slot = sequence - queue.firsts[generation % queue.sectors]!; slot >= 0 && slot < end; slot++) {
    const held = readSlot(queue, generation, slot)
    if (held === undefined || held.sample.sequence < sequence) continue
    return held.sample.sequence === sequence ? held : undefined
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
