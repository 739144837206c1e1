/** What a node has of an update, as it lies in flash: nothing of it is in RAM alone, so that sleeps, resets and power cuts cost at most the piece that is
 *  being written. The bundle goes into the free slot's file as its text; all else behind the text, where the loader does not look (record.ts):
 *
 *      | offer, 16 | CRC-16 of it, 2 | outcome, 2 | begun, 1 | one mark a piece | the pieces that hold the ticket |
 *
 *  Each byte is written once (Hal.files). So a mark is written behind its piece: anything but 0xff in it says that the piece before it is whole. A piece that
 *  a power cut tore can't be written a second time: the slot is given up, and the transfer begins anew in the next one. Numbers are big-endian. */
import { crc16 } from '../../core/crc16.ts'
import { decodeUpdateDownlink, encodeOffer, type Offer } from '../../core/update/message.ts'
import type { Files } from '../hal/index.ts'
import { TEXT_AT, TEXT_BYTES, TRANSFER_AT, TRANSFER_BYTES } from './record.ts'
import { abandonSlot, freeSlot } from './slots.ts'

const OFFER_BYTES = 16
const HEADER_BYTES = OFFER_BYTES + 2
const OUTCOME_AT = TRANSFER_AT + HEADER_BYTES
const BEGUN_AT = OUTCOME_AT + 2
const MARKS_AT = BEGUN_AT + 1
const ERASED = 0xff
/** Pieces that one `wanted` names, and marks that are read at a time. */
const WINDOW = 64

export interface Transfer extends Offer {
  /** The file. */
  readonly slot: string
  /** Of the whole stream. */
  readonly pieces: number
  /** Pieces that hold the ticket, up to the one with its last byte. */
  readonly headPieces: number
  /** Offset of the first of them in the file. */
  readonly headAt: number
}

function transferIn(slot: string, offer: Offer): Transfer {
  const { transfer, version, ticketBytes, bundleBytes, pieceBytes } = offer
  const pieces = Math.ceil((ticketBytes + bundleBytes) / pieceBytes)
  return {
    transfer,
    version,
    ticketBytes,
    bundleBytes,
    pieceBytes,
    slot,
    pieces,
    headPieces: Math.ceil(ticketBytes / pieceBytes),
    headAt: MARKS_AT + pieces,
  }
}

/** Whether a slot has room for an offer of these sizes. */
export function fits(offer: Offer): boolean {
  const { headAt, headPieces } = transferIn('', offer)
  return (
    offer.bundleBytes <= TEXT_BYTES && headAt + headPieces * offer.pieceBytes <= TRANSFER_AT + TRANSFER_BYTES
  )
}

/** The transfer whose bytes are in a slot; undefined when there is none, or only what a power cut left of its beginning. */
export function openTransfer(files: Files, slot: string | undefined): Transfer | undefined {
  if (slot === undefined || files.size(slot) < MARKS_AT) return undefined
  const header = files.read(slot, TRANSFER_AT, HEADER_BYTES)
  const crc = crc16(header, 0, OFFER_BYTES)
  if (header[OFFER_BYTES] !== crc >> 8 || header[OFFER_BYTES + 1] !== (crc & 0xff)) return undefined
  const offer = decodeUpdateDownlink(header.subarray(0, OFFER_BYTES))
  return typeof offer === 'string' || offer.kind !== 'offer' ? undefined : transferIn(slot, offer)
}

/** Writes into bytes that nobody has written, or leaves those that are there already; false where something else stands. */
export function fill(files: Files, name: string, bytes: Uint8Array, offset: number): boolean {
  if (bytes.length === 0) return true
  const held = files.read(name, offset, bytes.length)
  return held.join() === bytes.join() || files.write(name, bytes, offset)
}

/** Begins a transfer in the free slot, or in the one behind it when the free one is spoilt or holds another; undefined when there is no slot left. */
export function beginTransfer(files: Files, offer: Offer): Transfer | undefined {
  const header = new Uint8Array(HEADER_BYTES)
  header.set(encodeOffer(offer))
  const crc = crc16(header, 0, OFFER_BYTES)
  header[OFFER_BYTES] = crc >> 8
  header[OFFER_BYTES + 1] = crc
  let slot = freeSlot(files)
  while (slot !== undefined && !files.write(slot, header, TRANSFER_AT)) {
    if (!abandonSlot(files)) return undefined
    slot = freeSlot(files)
  }
  return slot === undefined ? undefined : transferIn(slot, offer)
}

/** How the transfer ended: state * 16 + reason, of UPDATE_STATE and UPDATE_REASON; 0 while it has not. */
export function outcomeOf(files: Files, { slot }: Transfer): number {
  const bytes = files.read(slot, OUTCOME_AT, 2)
  return (bytes[0]! ^ bytes[1]!) === ERASED && bytes[0] !== ERASED ? bytes[0]! : 0
}

/** Keeps how it ended. One that a power cut tore does not count, and can't be written again: it is found out anew then, and said again. */
export function endTransfer(files: Files, { slot }: Transfer, outcome: number): void {
  files.write(slot, new Uint8Array([outcome, ~outcome]), OUTCOME_AT)
}

/** True once the ticket was found good. */
export function isBegun(files: Files, { slot }: Transfer): boolean {
  return files.read(slot, BEGUN_AT, 1)[0] !== ERASED
}

/** kept; repeated: it is there; range: there is no such piece, or it is of another length; early: of a bundle whose ticket nobody has checked; torn: a power cut
 *  has spoilt its place. */
export type PieceOutcome = 'kept' | 'repeated' | 'range' | 'early' | 'torn'

/** Keeps a piece of the stream: in flash, with its mark behind it. */
export function keepPiece(files: Files, transfer: Transfer, index: number, bytes: Uint8Array): PieceOutcome {
  const { slot, pieces, headPieces, headAt, pieceBytes, ticketBytes, bundleBytes } = transfer
  const start = index * pieceBytes
  if (index >= pieces || bytes.length !== Math.min(pieceBytes, ticketBytes + bundleBytes - start))
    return 'range'
  if (files.read(slot, MARKS_AT + index, 1)[0] !== ERASED) return 'repeated'
  const isHead = index < headPieces
  if (!isHead && !isBegun(files, transfer)) return 'early'
  if (!fill(files, slot, bytes, isHead ? headAt + start : TEXT_AT + start - ticketBytes)) return 'torn'
  files.write(slot, new Uint8Array(1), MARKS_AT + index)
  return 'kept'
}

/** Reads from the head of the stream: the ticket, and what of the bundle came with its last piece. */
export function readHead(
  files: Files,
  { slot, headAt }: Transfer,
  offset: number,
  length: number,
): Uint8Array {
  return files.read(slot, headAt + offset, length)
}

/** SHA-256 over the head's first `length` bytes. */
export function headDigest(files: Files, { slot, headAt }: Transfer, length: number): Uint8Array {
  return files.digest(slot, headAt, length)
}

/** The ticket is good: bundle bytes may come, and those that came with it are put in their place. False when that is spoilt. */
export function beginBundle(files: Files, transfer: Transfer): boolean {
  const { slot, ticketBytes, bundleBytes, headPieces, pieceBytes } = transfer
  const length = Math.min(headPieces * pieceBytes - ticketBytes, bundleBytes)
  // Of no bytes nothing can be read.
  const rest = length > 0 ? readHead(files, transfer, ticketBytes, length) : new Uint8Array(0)
  return fill(files, slot, rest, TEXT_AT) && files.write(slot, new Uint8Array(1), BEGUN_AT)
}

/** What is there and what is missing. */
export interface Lack {
  received: number
  /** First piece before the end that is missing; `pieces` when there is none. */
  first: number
  /** How many of those from it on are missing and named in the mask. */
  named: number
  readonly mask: Uint8Array
}

/** Of the pieces before `end`. */
export function lackOf(files: Files, { slot, pieces }: Transfer, end: number): Lack {
  const lack: Lack = { received: 0, first: pieces, named: 0, mask: new Uint8Array(WINDOW >> 3) }
  for (let from = 0; from < pieces; from += WINDOW) {
    const marks = files.read(slot, MARKS_AT + from, Math.min(WINDOW, pieces - from))
    for (let i = 0; i < marks.length; i++) {
      if (marks[i] !== ERASED) lack.received++
      else if (from + i < end) {
        if (lack.first === pieces) lack.first = from + i
        const bit = from + i - lack.first
        if (bit >= WINDOW) continue
        lack.mask[bit >> 3]! |= 0x80 >> (bit & 7)
        lack.named++
      }
    }
  }
  return lack
}
