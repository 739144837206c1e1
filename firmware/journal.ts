/** The journal: small typed records that outlive sleep, resets and power cuts, of which only the latest of each kind counts.
 *  It is a log in a ring of raw flash sectors: a write only clears bits, an erase sets a sector, and the power may fail at any byte of either.
 *
 *  Sector:  | header, 8 bytes | record | record | ... | erased 0xff |
 *  Header:  generation uint32, the mark 'fj', CRC-16 of the six bytes before it. Record: kind and length in 16 bits (5 and 11), CRC-16, payload, padded
 *  with 0xff to whole words. All big-endian.
 *
 *  Only the sector with the highest generation is read. When it is full, the next one is erased, gets the latest record of every kind and then the new
 *  one, and its header last: with the header it becomes the newest, without it nothing has happened. A record that does not pass its CRC can only be
 *  the last one, cut off by a power failure; nothing is written behind it, so the sector then counts as full. So it does when the last record's head
 *  looks erased and what follows is not: a chip programs up to PROGRAM_BYTES at once, and the power can fail when any of their bits are done. */
import { crc16 } from '../core/crc16.ts'
import type { Flash } from './hal/index.ts'

/** Append-only: a retired kind keeps its number. Up to 6. */
export const KIND = { mac: 1, queue: 2, node: 3, lamp: 4, settings: 5, network: 6 } as const

/** Sectors of the node's flash area that the journal takes, from its beginning; the queue has the others. */
export const JOURNAL_SECTORS = 2

const KINDS = 7
const SECTOR_HEADER_BYTES = 8
const RECORD_HEADER_BYTES = 4
const MARK = 0x666a
const ERASED = 0xffff
/** ESP-IDF's drivers hand the chip 32 or 64 bytes at a time. */
const PROGRAM_BYTES = 64

/** Longest payload: with it, one record of each kind still fits a sector of 4 KiB. */
export const RECORD_BYTES_MAX = 676

export interface Journal {
  readonly flash: Flash
  /** The ring: `sectors` (2 or more) sectors from the area's beginning. */
  readonly sectors: number
  /** Grows by one with each sector that is begun. */
  generation: number
  /** Flash offset of the next record; the sector's end when nothing more may be written to it. */
  end: number
  /** The sector's end. */
  limit: number
  /** Flash offset of the latest record of each kind, 0 when there is none (no record begins at 0). */
  readonly latest: Int32Array
}

/** Generation of the sector at `start`, 0 when it has no valid header. */
function generationOf(flash: Flash, start: number): number {
  const header = flash.read(start, SECTOR_HEADER_BYTES)
  const valid = read16(header, 4) === MARK && read16(header, 6) === crc16(header, 0, 6)
  return valid ? read16(header, 0) * 65_536 + read16(header, 2) : 0
}

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

/** Bytes a record of `length` takes in flash: whole words. */
function recordBytes(length: number): number {
  return (RECORD_HEADER_BYTES + length + 3) & ~3
}

/** The payload at `offset`, or undefined when the CRC does not fit. */
function readRecord(flash: Flash, offset: number, length: number): Uint8Array | undefined {
  const record = flash.read(offset, recordBytes(length))
  const crc = read16(record, 2)
  record[2] = record[3] = 0
  return crc16(record, 0, RECORD_HEADER_BYTES + length) === crc
    ? record.subarray(RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + length)
    : undefined
}

/** The two bytes a record begins with; ERASED at the end of the log and at the end of the sector. */
function headAt(flash: Flash, offset: number, limit: number): number {
  return offset < limit ? read16(flash.read(offset, RECORD_HEADER_BYTES), 0) : ERASED
}

/** True when nothing was written to these bytes, not even a part of it. */
export function isErased(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to && bytes[at] === 0xff) at++
  return at >= to
}

/** Walks the newest sector by its record headers alone: only its last record can be torn, so only that one is read whole. */
function scan(journal: Journal): void {
  const { flash, limit } = journal
  let offset = limit - flash.sectorSize + SECTOR_HEADER_BYTES
  let head = headAt(flash, offset, limit)
  while (head !== ERASED) {
    const length = head & 0x7ff
    const next = offset + recordBytes(length)
    if (next > limit || head >> 11 >= KINDS) return
    const nextHead = headAt(flash, next, limit)
    if (nextHead === ERASED && readRecord(flash, offset, length) === undefined) return
    journal.latest[head >> 11] = offset
    offset = next
    head = nextHead
  }
  const ahead = limit - offset < PROGRAM_BYTES ? limit - offset : PROGRAM_BYTES
  if (ahead > 0 && isErased(flash.read(offset, ahead), 0, ahead)) journal.end = offset
}

function writeHeader(journal: Journal): void {
  const generation = journal.generation
  const header = new Uint8Array([
    generation >> 24,
    generation >> 16,
    generation >> 8,
    generation,
    MARK >> 8,
    MARK,
    0,
    0,
  ])
  const crc = crc16(header, 0, 6)
  header[6] = crc >> 8
  header[7] = crc
  journal.flash.write(journal.limit - journal.flash.sectorSize, header)
}

/** Opens the journal in the first `sectors` sectors of the area; a blank or foreign area becomes an empty journal. Reads about a word a record. */
export function openJournal(flash: Flash, sectors: number): Journal {
  const journal: Journal = { flash, sectors, generation: 0, end: 0, limit: 0, latest: new Int32Array(KINDS) }
  for (let sector = 0; sector < sectors; sector++) {
    const generation = generationOf(flash, sector * flash.sectorSize)
    if (generation > journal.generation && generation % sectors === sector) journal.generation = generation
  }
  if (journal.generation > 0) {
    journal.end = journal.limit = ((journal.generation % sectors) + 1) * flash.sectorSize
    scan(journal)
  }
  return journal
}

/** The latest payload of `kind`, or undefined when none was ever completed. */
export function latest(journal: Journal, kind: number): Uint8Array | undefined {
  const offset = journal.latest[kind]!
  if (offset === 0) return undefined
  return readRecord(journal.flash, offset, headAt(journal.flash, offset, offset + 1) & 0x7ff)
}

/** Writes one record at `journal.end`; the caller has seen that it fits. */
function put(journal: Journal, kind: number, payload: Uint8Array): void {
  const record = new Uint8Array(recordBytes(payload.length)).fill(0xff)
  record[0] = (kind << 3) | (payload.length >> 8)
  record[1] = payload.length
  record[2] = record[3] = 0
  record.set(payload, RECORD_HEADER_BYTES)
  const crc = crc16(record, 0, RECORD_HEADER_BYTES + payload.length)
  record[2] = crc >> 8
  record[3] = crc
  const offset = journal.end
  journal.end += record.length
  journal.flash.write(offset, record)
  journal.latest[kind] = offset
}

/** Begins the next sector: all that counts is in it before its header makes it the newest. */
function turn(journal: Journal, kind: number, payload: Uint8Array): void {
  const { flash, sectors } = journal
  const start = ((journal.generation + 1) % sectors) * flash.sectorSize
  flash.erase(start)
  journal.end = start + SECTOR_HEADER_BYTES
  journal.limit = start + flash.sectorSize
  for (let other = 1; other < KINDS; other++) {
    const carried = other === kind ? undefined : latest(journal, other)
    if (carried !== undefined) put(journal, other, carried)
  }
  put(journal, kind, payload)
  journal.generation++
  writeHeader(journal)
}

/** Makes `payload` (up to RECORD_BYTES_MAX bytes) the latest of `kind`. When the call returns it is in flash; when the power fails before, the record
 *  before it is still the latest. About 1 ms, and 50 ms more when a sector is erased. */
export function append(journal: Journal, kind: number, payload: Uint8Array): void {
  if (journal.end + recordBytes(payload.length) <= journal.limit) put(journal, kind, payload)
  else turn(journal, kind, payload)
}
