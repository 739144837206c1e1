/** What node and gateway say to each other of an update, both directions (docs/PACKET.md). Integers are big-endian. */
import { getBig32, putBig32 } from '../big.ts'

/** short, long: of no such length; kind: of no kind that goes this way; range: a field that no encoder writes. */
export type UpdateMessageError = 'short' | 'long' | 'kind' | 'range'

export interface Offer {
  /** Names the stream: the first four bytes of the SHA-256 of its ticket. */
  transfer: number
  version: number
  ticketBytes: number
  bundleBytes: number
  /** 16 to 210. */
  pieceBytes: number
}

/** Node: of the 64 pieces from `first` those whose bit is 1 (bit 7 of mask[0] is `first`, which is always wanted). */
export interface Wanted {
  kind: 'wanted'
  transfer: number
  received: number
  of: number
  first: number
  /** 8 bytes. */
  mask: Uint8Array
}

export interface UpdateState {
  kind: 'state'
  transfer: number
  /** An UPDATE_STATE. */
  state: number
  /** An UPDATE_REASON. */
  reason: number
  /** What runs now. */
  version: number
}

export type UpdateUplink = Wanted | UpdateState

export type UpdateDownlink =
  | ({ kind: 'offer' } & Offer)
  | { kind: 'piece'; transfer: number; index: number; bytes: Uint8Array }
  | { kind: 'cancel'; transfer: number }

export const UPDATE_STATE = { verified: 1, running: 2, rolledBack: 3, refused: 4 } as const
export const UPDATE_REASON = {
  none: 0,
  signature: 1,
  manifest: 2,
  otherBoard: 3,
  otherProfile: 4,
  otherRegion: 5,
  old: 6,
  digest: 7,
  noRoom: 8,
  selfTest: 9,
  crashes: 10,
  cancelled: 11,
  battery: 12,
  noKey: 13,
} as const

const OFFER = 1
const PIECE = 2
const CANCEL = 3
const WANTED = 1
const STATE = 2
const OFFER_BYTES = 16
const PIECE_HEAD_BYTES = 7
const CANCEL_BYTES = 5
const WANTED_BYTES = 19
const STATE_BYTES = 11
export const PIECE_BYTES_MIN = 16
export const PIECE_BYTES_MAX = 210

const get16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value & 255
}

function begun(kind: number, transfer: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes[0] = kind
  putBig32(bytes, 1, transfer)
  return bytes
}

export function encodeOffer(offer: Offer): Uint8Array {
  const bytes = begun(OFFER, offer.transfer, OFFER_BYTES)
  putBig32(bytes, 5, offer.version)
  put16(bytes, 9, offer.ticketBytes)
  putBig32(bytes, 11, offer.bundleBytes)
  bytes[15] = offer.pieceBytes
  return bytes
}

export function encodePiece(transfer: number, index: number, piece: Uint8Array): Uint8Array {
  const bytes = begun(PIECE, transfer, PIECE_HEAD_BYTES + piece.length)
  put16(bytes, 5, index)
  bytes.set(piece, PIECE_HEAD_BYTES)
  return bytes
}

export const encodeCancel = (transfer: number): Uint8Array => begun(CANCEL, transfer, CANCEL_BYTES)

export function encodeWanted(wanted: Omit<Wanted, 'kind'>): Uint8Array {
  const bytes = begun(WANTED, wanted.transfer, WANTED_BYTES)
  put16(bytes, 5, wanted.received)
  put16(bytes, 7, wanted.of)
  put16(bytes, 9, wanted.first)
  bytes.set(wanted.mask, 11)
  return bytes
}

export function encodeUpdateState(state: Omit<UpdateState, 'kind'>): Uint8Array {
  const bytes = begun(STATE, state.transfer, STATE_BYTES)
  bytes[5] = state.state
  bytes[6] = state.reason
  putBig32(bytes, 7, state.version)
  return bytes
}

/** Errors: of UpdateMessageError. The mask and a piece's bytes are views. */
export function decodeUpdateUplink(bytes: Uint8Array): UpdateUplink | UpdateMessageError {
  if (bytes.length === 0) return 'short'
  const kind = bytes[0]!
  if (kind !== WANTED && kind !== STATE) return 'kind'
  const length = kind === WANTED ? WANTED_BYTES : STATE_BYTES
  if (bytes.length !== length) return bytes.length < length ? 'short' : 'long'
  const transfer = getBig32(bytes, 1)
  if (kind === STATE) {
    const state = bytes[5]!
    const reason = bytes[6]!
    if (state < 1 || state > 4 || reason > 13) return 'range'
    return { kind: 'state', transfer, state, reason, version: getBig32(bytes, 7) }
  }
  const received = get16(bytes, 5)
  const of = get16(bytes, 7)
  const first = get16(bytes, 9)
  const mask = bytes.subarray(11)
  if (!(mask[0]! & 0x80)) return 'range'
  return { kind: 'wanted', transfer, received, of, first, mask }
}

/** Errors: of UpdateMessageError. */
export function decodeUpdateDownlink(bytes: Uint8Array): UpdateDownlink | UpdateMessageError {
  if (bytes.length < CANCEL_BYTES) return 'short'
  const kind = bytes[0]!
  if (kind < OFFER || kind > CANCEL) return 'kind'
  const transfer = getBig32(bytes, 1)
  if (kind === CANCEL) return bytes.length > CANCEL_BYTES ? 'long' : { kind: 'cancel', transfer }
  if (kind === PIECE) {
    if (bytes.length <= PIECE_HEAD_BYTES) return 'short'
    if (bytes.length > PIECE_HEAD_BYTES + PIECE_BYTES_MAX) return 'long'
    return { kind: 'piece', transfer, index: get16(bytes, 5), bytes: bytes.subarray(PIECE_HEAD_BYTES) }
  }
  if (bytes.length !== OFFER_BYTES) return bytes.length < OFFER_BYTES ? 'short' : 'long'
  const pieceBytes = bytes[15]!
  if (pieceBytes < PIECE_BYTES_MIN || pieceBytes > PIECE_BYTES_MAX) return 'range'
  return {
    kind: 'offer',
    transfer,
    version: getBig32(bytes, 5),
    ticketBytes: get16(bytes, 9),
    bundleBytes: getBig32(bytes, 11),
    pieceBytes,
  }
}
