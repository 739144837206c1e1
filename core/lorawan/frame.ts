/** Data frames of LoRaWAN 1.0.x: sealed, read and opened, on the node and in the gateway alike.
 *  Source: LoRaWAN Link Layer specification 1.0.4 (TS001-1.0.4), chapter 4. Frames are bytes as they go to the radio (PHYPayload).
 *  Frames of 1.1 are refused by name where their bytes show it: rejoin requests, and MAC commands that 1.0 does not have or that are
 *  encrypted. Other data frames of 1.1 fail with 'mic'. */
import type { Aes, BlockCipher } from '../cipher.ts'
import { cmac, makeCmac, type Cmac } from './cmac.ts'
import { commandBytes } from './commands.ts'
import { getLittle, putLittle } from './little.ts'

/** Keys of one activation, ready for use, and the address they belong to. */
export interface Session {
  /** uint32 */
  readonly devAddr: number
  readonly network: Cmac
  readonly networkCipher: BlockCipher
  readonly applicationCipher: BlockCipher
}

export interface DataFrame {
  confirmed: boolean
  downlink: boolean
  /** uint32 */
  devAddr: number
  adr: boolean
  /** Bit 6 of an uplink's FCtrl. */
  adrAckReq: boolean
  ack: boolean
  /** Bit 4 of FCtrl: more to come in a downlink, class B in an uplink. */
  pending: boolean
  /** 32 bits; the wire carries the low 16. */
  counter: number
  /** MAC commands beside the payload (FOpts), 0 to 15 bytes. */
  options: Uint8Array
  /** -1: the frame has neither port nor payload. */
  port: number
  payload: Uint8Array
}

/** 'short' and 'long': no such length; 'version': of another major version; 'type': not a frame of the kind asked for; 'options': their
 *  length passes the frame's end, or they stand beside port 0; 'mic': wrong key, counter or bytes; 'lorawan11': a frame only 1.1 has. */
export type FrameError = 'short' | 'long' | 'version' | 'type' | 'options' | 'mic' | 'lorawan11'

/** MHDR's type, 4.2.1. */
export const FRAME_TYPE = {
  joinRequest: 0,
  joinAccept: 1,
  dataUp: 2,
  dataDown: 3,
  confirmedUp: 4,
  confirmedDown: 5,
  rejoinRequest: 6,
  proprietary: 7,
} as const

export const MIC_BYTES = 4
/** MHDR, DevAddr, FCtrl, FCnt. */
const HEADER_BYTES = 8
/** What a radio can carry; the region and the data rate allow less. */
export const FRAME_BYTES_MAX = 255
/** A counter that jumps further is refused: LoRaWAN 1.0.3, 4.3.1.5 (MAX_FCNT_GAP). */
export const COUNTER_GAP_MAX = 16384

/** FCtrl, 4.3.1. */
const ADR = 0x80
const ADR_ACK_REQ = 0x40
const ACK = 0x20
const PENDING = 0x10

/** Most frames have no options; a view of nothing would cost a gateway a tenth of its time. */
const NO_BYTES = new Uint8Array(0)

export function makeSession(aes: Aes, devAddr: number, nwkSKey: Uint8Array, appSKey: Uint8Array): Session {
  const networkCipher = aes(nwkSKey)
  return { devAddr, network: makeCmac(networkCipher), networkCipher, applicationCipher: aes(appSKey) }
}

/** The 32-bit counter that is `next` or the first after it whose low 16 bits are `low`. A repeated frame therefore lands a whole
 *  turn ahead: refuse what is COUNTER_GAP_MAX or more ahead of `next`. */
export function extendCounter(low: number, next: number): number {
  return next + ((low - next) & 0xffff)
}

/** Fills the block that both CTR encryption (first 1, 4.3.3.1) and the code (first 0x49, 4.4) begin with. */
function fillBlock(
  block: Uint8Array,
  first: number,
  downlink: boolean,
  devAddr: number,
  counter: number,
  last: number,
): void {
  block.fill(0)
  block[0] = first
  block[5] = downlink ? 1 : 0
  putLittle(block, 6, 4, devAddr)
  putLittle(block, 10, 4, counter)
  block[15] = last
}

/** Encrypts or decrypts `bytes[from .. to)` in place: the same operation (4.3.3.1). */
function crypt(
  cipher: BlockCipher,
  downlink: boolean,
  devAddr: number,
  counter: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  const stream = new Uint8Array(16)
  for (let at = from, index = 1; at < to; at += 16, index++) {
    fillBlock(stream, 1, downlink, devAddr, counter, index)
    cipher(stream)
    const end = to - at < 16 ? to - at : 16
    for (let i = 0; i < end; i++) bytes[at + i] = bytes[at + i]! ^ stream[i]!
  }
}

/** The code of a data frame over all but its last four bytes; the first four bytes of the answer count. */
function dataMic(session: Session, downlink: boolean, counter: number, phy: Uint8Array): Uint8Array {
  const length = phy.length - MIC_BYTES
  const code = new Uint8Array(16)
  fillBlock(code, 0x49, downlink, session.devAddr, counter, length)
  cmac(session.network, phy, length, code, true)
  return code
}

/** True when the frame's last four bytes are the first four of `code`. */
export function micEquals(phy: Uint8Array, code: Uint8Array): boolean {
  const at = phy.length - MIC_BYTES
  return phy[at] === code[0] && phy[at + 1] === code[1] && phy[at + 2] === code[2] && phy[at + 3] === code[3]
}

/** Writes the first four bytes of `code` over the frame's last four. */
export function putMic(phy: Uint8Array, code: Uint8Array): void {
  phy.set(code.subarray(0, MIC_BYTES), phy.length - MIC_BYTES)
}

/** Seals a frame for the air. `frame` holds what 4.3 allows: at most 15 bytes of options, none beside port 0, a payload only with a port. */
export function sealData(session: Session, frame: DataFrame): Uint8Array {
  const { downlink, counter, options, payload } = frame
  const body = HEADER_BYTES + options.length + (frame.port < 0 ? 0 : 1)
  const phy = new Uint8Array(body + payload.length + MIC_BYTES)
  phy[0] = (FRAME_TYPE.dataUp + (downlink ? 1 : 0) + (frame.confirmed ? 2 : 0)) << 5
  putLittle(phy, 1, 4, session.devAddr)
  phy[5] =
    (frame.adr ? ADR : 0) |
    (frame.adrAckReq ? ADR_ACK_REQ : 0) |
    (frame.ack ? ACK : 0) |
    (frame.pending ? PENDING : 0) |
    options.length
  putLittle(phy, 6, 2, counter)
  phy.set(options, HEADER_BYTES)
  if (frame.port >= 0) phy[body - 1] = frame.port
  phy.set(payload, body)
  const cipher = frame.port === 0 ? session.networkCipher : session.applicationCipher
  crypt(cipher, downlink, session.devAddr, counter, phy, body, phy.length - MIC_BYTES)
  putMic(phy, dataMic(session, downlink, counter, phy))
  return phy
}

/** What is wrong with a frame of type `type` before its fields are looked at, or undefined. */
export function frameFault(phy: Uint8Array, bytesMin: number, bytesMax: number): FrameError | undefined {
  if (phy.length < 1) return 'short'
  if (phy[0]! & 3) return 'version'
  if (phy[0]! >> 5 === FRAME_TYPE.rejoinRequest) return 'lorawan11'
  if (phy.length < bytesMin) return 'short'
  if (phy.length > bytesMax) return 'long'
  return undefined
}

/** Reads the header of a data frame. The payload is still encrypted, the counter its low 16 bits, and nothing is proved yet.
 *  `options` and `payload` are views of `phy`. Errors: all but 'mic'. */
export function parseData(phy: Uint8Array): DataFrame | FrameError {
  const fault = frameFault(phy, HEADER_BYTES + MIC_BYTES, FRAME_BYTES_MAX)
  if (fault) return fault
  const type = phy[0]! >> 5
  if (type < FRAME_TYPE.dataUp || type > FRAME_TYPE.confirmedDown) return 'type'
  const control = phy[5]!
  const end = phy.length - MIC_BYTES
  const optionsEnd = HEADER_BYTES + (control & 15)
  if (optionsEnd > end) return 'options'
  const port = optionsEnd < end ? phy[optionsEnd]! : -1
  if (port === 0 && optionsEnd > HEADER_BYTES) return 'options'
  return {
    confirmed: type >= FRAME_TYPE.confirmedUp,
    downlink: (type & 1) === 1,
    devAddr: getLittle(phy, 1, 4),
    adr: (control & ADR) > 0,
    adrAckReq: (control & ADR_ACK_REQ) > 0,
    ack: (control & ACK) > 0,
    pending: (control & PENDING) > 0,
    counter: getLittle(phy, 6, 2),
    options: optionsEnd > HEADER_BYTES ? phy.subarray(HEADER_BYTES, optionsEnd) : NO_BYTES,
    port,
    payload: phy.subarray(port < 0 ? end : optionsEnd + 1, end),
  }
}

/** True when options begin with an id that no 1.0.x command has: 1.1 has more commands, and encrypts them. Ids of relays (TS011) and
 *  proprietary ones are none of this node's business, but they are of 1.0. */
function isLorawan11(options: Uint8Array, downlink: boolean): boolean {
  if (!options.length) return false
  const cid = options[0]!
  return commandBytes(cid, downlink) < 0 && cid < 0x80 && (cid < 0x40 || cid > 0x46)
}

/** Reads a data frame, checks its code with the 32-bit `counter` and decrypts its payload; `phy` stays as it is.
 *  Errors: those of `parseData`, 'mic', and 'lorawan11' for a frame whose code is right and whose commands are not of 1.0. */
export function openData(session: Session, phy: Uint8Array, counter: number): DataFrame | FrameError {
  const frame = parseData(phy)
  if (typeof frame === 'string') return frame
  if (!micEquals(phy, dataMic(session, frame.downlink, counter, phy))) return 'mic'
  if (isLorawan11(frame.options, frame.downlink)) return 'lorawan11'
  frame.counter = counter
  frame.payload = new Uint8Array(frame.payload)
  const cipher = frame.port === 0 ? session.networkCipher : session.applicationCipher
  crypt(cipher, frame.downlink, session.devAddr, counter, frame.payload, 0, frame.payload.length)
  return frame
}
