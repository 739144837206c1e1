/** The ring of raw flash sectors under the sample queue: where a sample stands, which slots are valid, how a full ring makes room.
 *
 *  Sector: | header | slot | slot | ... |. Header, words of 32 bits in the machine's order, since nobody else ever reads them: mark 'fr' and CRC-16 of the
 *  next three words, epoch, generation, sequence of the first sample; then what the slots count from, which is written first: node seconds, power count,
 *  and a base a quantity in its wire steps. The sector of a generation is that number modulo the ring's sectors.
 *  Slot: as many whole bytes as the fields take, most significant bit first: CRC-16 of the rest, samples since the sector's first, seconds since its base,
 *  power-ons since then, and a quantity at a time steps above the base (in the bits of core/packet/wire) and flag. A slot is valid when its CRC fits; one that
 *  a power cut tore is passed over, and its sequence goes to the next sample, since it was never sent.
 *  A sample that does not fit these fields has all bits of its seconds set and goes on with 32 bits for the seconds, 16 for the power count, and 32 a value;
 *  it takes as many slots as it needs, and no slot can look erased: a flag never has all bits set. */
import { crc16 } from '../core/crc16.ts'
import { roundDiv } from '../core/fixed.ts'
import { FLAG } from '../core/flags.ts'
import { BITS, MIN, STEP, wire } from '../core/packet/wire.ts'
import type { Sample } from '../core/packet/types.ts'
import { append, isErased, KIND, type Journal } from './journal.ts'

export const MARK_HIGH = 0x66720000
/** Words of a header under its CRC, with the mark; and all before the bases. */
export const HEADER_WORDS = 4
const BASES = 6
/** What the journal keeps: epoch, set mark, floor, freed, dropped. */
export const SAVED_WORDS = 5
/** Sequences above `floor` of which the journal knows whether they are freed. */
export const FREED_BITS = 32

const CRC_BITS = 16
const SEQUENCE_BITS = 9
/** Twelve days: longer than a sector of samples ten minutes apart. */
const SECONDS_BITS = 20
const POWER_BITS = 3
const FLAG_BITS = 3
const SECONDS_WIDE = 0xfffff
/** Values beyond are the same for everybody who counts in wire steps (core/packet/walk.ts). */
const VALUE_MAX = 2147480000

/** A sample with what is needed to tell its age. */
export interface Held {
  sample: Sample
  /** Node seconds of the measurement. */
  atSeconds: number
  /** Power count at the measurement: another one than now makes the age uncertain. */
  powerCount: number
}

export interface Queue {
  readonly journal: Journal
  /** Of the ring, which begins behind the journal. */
  readonly sectors: number
  /** Ids of the quantities of a sample, and a mark of them: another set begins another epoch. */
  readonly quantities: readonly number[]
  readonly setMark: number
  readonly slotBytes: number
  /** Slots that a sample takes which does not fit one. */
  readonly wideSlots: number
  /** Slots of a sector. */
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

/** CRC of the words of a header that say what it is. */
export function headerCrc(words: Uint32Array): number {
  return crc16(new Uint8Array(words.buffer), 4, HEADER_WORDS * 4)
}

/** Bytes of a header, slots' bytes and slots of a wide sample, for these quantities. */
export function measure(quantities: readonly number[]): [number, number, number] {
  const leadBits = CRC_BITS + SEQUENCE_BITS + SECONDS_BITS
  let bits = leadBits + POWER_BITS
  for (const id of quantities) bits += wire(id, BITS) + FLAG_BITS
  const wideBits = leadBits + 48 + quantities.length * (32 + FLAG_BITS)
  const slotBytes = (bits + 7) >> 3
  return [(BASES + quantities.length) * 4, slotBytes, Math.ceil(wideBits / 8 / slotBytes)]
}

function sectorOffset({ journal, sectors }: Queue, generation: number): number {
  return (journal.sectors + (generation % sectors)) * journal.flash.sectorSize
}

export function slotOffset(queue: Queue, generation: number, slot: number): number {
  return sectorOffset(queue, generation) + (BASES + queue.quantities.length) * 4 + slot * queue.slotBytes
}

/** One field of `count` bits (1 to 32) from bit `at` on: puts `value` there, or answers what stands there when `value` is negative. */
function field(bytes: Uint8Array, at: number, count: number, value: number): number {
  let found = 0
  let bit = at
  let left = count
  while (left > 0) {
    const room = 8 - (bit & 7)
    const take = left < room ? left : room
    const mask = (1 << take) - 1
    left -= take
    if (value < 0) found = (found << take) | ((bytes[bit >> 3]! >> (room - take)) & mask)
    else bytes[bit >> 3]! |= ((value >>> left) & mask) << (room - take)
    bit += take
  }
  return found >>> 0
}

/** A value in wire steps, rounded as the packet does. */
function stepsOf(queue: Queue, column: number, value: number): number {
  const within = value > VALUE_MAX ? VALUE_MAX : value < -VALUE_MAX ? -VALUE_MAX : value
  return roundDiv(within, wire(queue.quantities[column]!, STEP))
}

/** The whole header of a sector. Read anew for each slot: a millisecond is cheaper than the memory. */
function headerOf(queue: Queue, generation: number): Uint32Array {
  const bytes = queue.journal.flash.read(
    sectorOffset(queue, generation),
    (BASES + queue.quantities.length) * 4,
  )
  return new Uint32Array(bytes.buffer)
}

/** The sample in a slot, or undefined when its CRC does not fit (never written, torn, or the rest of a wide one). */
export function readSlot(queue: Queue, generation: number, slot: number): Held | undefined {
  const { quantities, slotBytes, slots, wideSlots } = queue
  const room = slots - slot
  const bytes = queue.journal.flash.read(
    slotOffset(queue, generation, slot),
    slotBytes * (room < wideSlots ? room : wideSlots),
  )
  let at = CRC_BITS + SEQUENCE_BITS
  const seconds = field(bytes, at, SECONDS_BITS, -1)
  const wide = seconds === SECONDS_WIDE
  if (crc16(bytes, 2, wide ? bytes.length : slotBytes) !== field(bytes, 0, CRC_BITS, -1)) return undefined
  at += SECONDS_BITS
  const header = headerOf(queue, generation)
  const values = new Int32Array(quantities.length)
  const held = {
    sample: {
      sequence: header[3]! + field(bytes, CRC_BITS, SEQUENCE_BITS, -1),
      values,
      flags: new Uint8Array(quantities.length),
    },
    atSeconds: wide ? field(bytes, at, 32, -1) : header[4]! + seconds,
    powerCount: wide
      ? field(bytes, at + 32, 16, -1)
      : (header[5]! + field(bytes, at, POWER_BITS, -1)) & 0xffff,
  }
  at += wide ? 48 : POWER_BITS
  for (let i = 0; i < quantities.length; i++) {
    const bits = wide ? 32 : wire(quantities[i]!, BITS)
    const found = field(bytes, at, bits, -1)
    const flag = field(bytes, at + bits, FLAG_BITS, -1)
    held.sample.flags[i] = flag || FLAG.missing
    if (flag) values[i] = wide ? found : (found + (header[BASES + i]! | 0)) * wire(quantities[i]!, STEP)
    at += bits + FLAG_BITS
  }
  return held
}

/** The bytes of the next sample; undefined when it does not fit one slot and `wide` is not allowed. */
function pack(
  queue: Queue,
  header: Uint32Array,
  { sample, atSeconds, powerCount }: Held,
  wide: boolean,
): Uint8Array | undefined {
  const { quantities, slotBytes } = queue
  const seconds = atSeconds - header[4]!
  const power = (powerCount - header[5]!) & 0xffff
  if (!wide && (seconds < 0 || seconds >= SECONDS_WIDE || power >> POWER_BITS)) return undefined
  const bytes = new Uint8Array(wide ? slotBytes * queue.wideSlots : slotBytes)
  let at = CRC_BITS + SEQUENCE_BITS + SECONDS_BITS
  field(bytes, CRC_BITS, SEQUENCE_BITS, queue.next - header[3]!)
  field(bytes, at - SECONDS_BITS, SECONDS_BITS, wide ? SECONDS_WIDE : seconds)
  if (wide) field(bytes, at, 32, atSeconds)
  field(bytes, wide ? at + 32 : at, wide ? 16 : POWER_BITS, wide ? powerCount & 0xffff : power)
  at += wide ? 48 : POWER_BITS
  for (let i = 0; i < quantities.length; i++) {
    const missing = sample.flags[i] === FLAG.missing
    const bits = wide ? 32 : wire(quantities[i]!, BITS)
    const steps = missing ? 0 : stepsOf(queue, i, sample.values[i]!) - (header[BASES + i]! | 0)
    if (!wide && (steps < 0 || steps >= 1 << bits)) return undefined
    field(bytes, at, bits, wide ? sample.values[i]! >>> 0 : steps)
    field(bytes, at + bits, FLAG_BITS, missing ? 0 : sample.flags[i]!)
    at += bits + FLAG_BITS
  }
  field(bytes, 0, CRC_BITS, crc16(bytes, 2, bytes.length))
  return bytes
}

/** Writes a sample into the slot that comes next; false when a write that the power cut left something there. Flash takes whole words: what stands beside
 *  the slot is written over it as it is. */
function writeSlot(queue: Queue, bytes: Uint8Array): boolean {
  const offset = slotOffset(queue, queue.generation, queue.slot)
  const from = offset & 3
  const words = queue.journal.flash.read(offset - from, (from + bytes.length + 3) & ~3)
  if (!isErased(words, from, from + bytes.length)) {
    queue.slot++
    return false
  }
  words.set(bytes, from)
  queue.journal.flash.write(offset - from, words)
  queue.slot += bytes.length / queue.slotBytes
  return true
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

/** Erases the ring's next sector and begins it with what its slots count from. The journal knows what is dropped before it is gone. */
function turn(queue: Queue, { sample, atSeconds, powerCount }: Held): void {
  const { quantities } = queue
  const { flash } = queue.journal
  const generation = queue.generation + 1
  if (queue.oldest <= generation - queue.sectors) {
    queue.oldest = generation - queue.sectors + 1
    const floor = queue.firsts[queue.oldest % queue.sectors]!
    if (queue.floor < floor) drop(queue, floor)
  }
  const header = new Uint32Array(BASES + quantities.length)
  header.set([0, queue.epoch, generation, queue.next, atSeconds, powerCount])
  for (let i = 0; i < quantities.length; i++) {
    const lowest = wire(quantities[i]!, MIN) / wire(quantities[i]!, STEP)
    const half = 1 << (wire(quantities[i]!, BITS) - 1)
    const steps = sample.flags[i] === FLAG.missing ? lowest : stepsOf(queue, i, sample.values[i]!)
    header[BASES + i] = steps >= lowest && steps < lowest + half + half ? lowest : steps - half
  }
  header[0] = MARK_HIGH | headerCrc(header)
  const sector = sectorOffset(queue, generation)
  const bytes = new Uint8Array(header.buffer)
  flash.erase(sector)
  flash.write(sector + HEADER_WORDS * 4, bytes.subarray(HEADER_WORDS * 4))
  flash.write(sector, bytes.subarray(0, HEADER_WORDS * 4))
  queue.firsts[generation % queue.sectors] = queue.next
  if (queue.oldest > queue.generation) queue.oldest = generation
  queue.generation = generation
  queue.slot = 0
}

/** Stores the next sample behind all others; in flash when the call returns. */
export function store(queue: Queue, held: Held): void {
  for (;;) {
    const room = (queue.slots - queue.slot) * queue.slotBytes
    // A new epoch has no sector yet that its slots could count from.
    const header = headerOf(queue, queue.generation)
    const bytes = pack(queue, header, held, false) || pack(queue, header, held, true)!
    if (bytes.length > room) turn(queue, held)
    else if (writeSlot(queue, bytes)) return
  }
}
