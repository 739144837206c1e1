/** Semtech's UDP protocol between forwarder and server, version 2: datagrams to values and back. Pure; no socket.
 *  Source: Semtech packet_forwarder, PROTOCOL.TXT, sections 3 to 6. Tokens are 16 bits, big-endian; EUIs are hex as printed. */
import { parseRxpk, type Rxpk, type RxpkError } from './rxpk.ts'

const VERSION = 2
/** Section 5.2 and 3.2: the identifiers. */
const PUSH_DATA = 0
const PUSH_ACK = 1
const PULL_DATA = 2
const PULL_RESP = 3
const PULL_ACK = 4
const TX_ACK = 5
const HEADER_BYTES = 4
const EUI_END = 12

/** What a forwarder answers to a PULL_RESP (section 5.5); `OTHER` is a word that the protocol does not know. */
export const TX_RESULTS = [
  'NONE',
  'TOO_LATE',
  'TOO_EARLY',
  'COLLISION_PACKET',
  'COLLISION_BEACON',
  'TX_FREQ',
  'TX_POWER',
  'GPS_UNLOCKED',
  'OTHER',
] as const
export type TxResult = (typeof TX_RESULTS)[number]

export type Datagram =
  | {
      kind: 'pushData'
      token: number
      gateway: string
      received: Rxpk[]
      refused: RxpkError[]
      error?: 'json' | 'shape'
    }
  | { kind: 'pullData'; token: number; gateway: string }
  | { kind: 'txAck'; token: number; gateway: string; result: TxResult }

/** Why a datagram as a whole was refused. */
export type GwmpError = 'short' | 'version' | 'identifier' | 'long' | 'json' | 'shape'

/** A frame to be sent. `tmst` is on the forwarder's counter, undefined for at once; the frame is sent with inverted IQ and without CRC, as every downlink. */
export interface Transmission {
  tmst: number | undefined
  frequencyHz: number
  powerDbm: number
  spreadingFactor: number
  bandwidthHz: number
  phy: Uint8Array
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The JSON object behind the header, or why there is none. */
function parseBody(bytes: Uint8Array): Record<string, unknown> | 'json' | 'shape' {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(bytes.subarray(EUI_END)))
  } catch {
    return 'json'
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : 'shape'
}

/** A PUSH_DATA with a bad body is still a datagram: its token wants an answer, or the forwarder takes the line for dead. */
function parsePushData(bytes: Uint8Array, token: number, gateway: string, receivedMs: number): Datagram {
  const push = {
    kind: 'pushData' as const,
    token,
    gateway,
    received: [] as Rxpk[],
    refused: [] as RxpkError[],
  }
  const body = parseBody(bytes)
  if (typeof body === 'string') return { ...push, error: body }
  const list = body['rxpk'] ?? []
  if (!Array.isArray(list)) return { ...push, error: 'shape' }
  for (const element of list) {
    const rxpk = parseRxpk(element, gateway, receivedMs)
    if (typeof rxpk === 'string') push.refused.push(rxpk)
    else push.received.push(rxpk)
  }
  return push
}

/** An empty body means that the frame will be sent. */
function parseTxAck(bytes: Uint8Array, token: number, gateway: string): Datagram | GwmpError {
  if (bytes.length === EUI_END) return { kind: 'txAck', token, gateway, result: 'NONE' }
  const body = parseBody(bytes)
  if (typeof body === 'string') return body
  const answer = body['txpk_ack']
  if (answer === undefined) return { kind: 'txAck', token, gateway, result: 'NONE' }
  if (typeof answer !== 'object' || answer === null) return 'shape'
  const word = (answer as Record<string, unknown>)['error'] ?? 'NONE'
  const result = TX_RESULTS.find((known) => known === word) ?? 'OTHER'
  return { kind: 'txAck', token, gateway, result }
}

/** Reads a datagram from a forwarder. Errors: `short` (no whole header), `version`, `identifier` (one that only a server sends, or
 *  none), `long` (a PULL_DATA with a tail), `json` and `shape` (the body of a TX_ACK). */
export function parseDatagram(bytes: Uint8Array, receivedMs: number): Datagram | GwmpError {
  if (bytes.length < HEADER_BYTES) return 'short'
  if (bytes[0] !== VERSION) return 'version'
  const token = (bytes[1]! << 8) | bytes[2]!
  const identifier = bytes[3]
  if (identifier !== PUSH_DATA && identifier !== PULL_DATA && identifier !== TX_ACK) return 'identifier'
  if (bytes.length < EUI_END) return 'short'
  const gateway = Buffer.from(bytes.buffer, bytes.byteOffset + HEADER_BYTES, EUI_END - HEADER_BYTES).toString(
    'hex',
  )
  if (identifier === PUSH_DATA) return parsePushData(bytes, token, gateway, receivedMs)
  if (identifier === TX_ACK) return parseTxAck(bytes, token, gateway)
  return bytes.length === EUI_END ? { kind: 'pullData', token, gateway } : 'long'
}

const header = (token: number, identifier: number): Uint8Array =>
  Uint8Array.of(VERSION, token >> 8, token & 0xff, identifier)

export const pushAck = (token: number): Uint8Array => header(token, PUSH_ACK)
export const pullAck = (token: number): Uint8Array => header(token, PULL_ACK)

/** The datagram that hands `frame` to a forwarder (section 6). */
export function pullResp(token: number, frame: Transmission): Uint8Array {
  const txpk = {
    imme: frame.tmst === undefined,
    ...(frame.tmst === undefined ? {} : { tmst: frame.tmst }),
    freq: frame.frequencyHz / 1e6,
    rfch: 0,
    powe: frame.powerDbm,
    modu: 'LORA',
    datr: `SF${frame.spreadingFactor}BW${frame.bandwidthHz / 1000}`,
    codr: '4/5',
    ipol: true,
    ncrc: true,
    size: frame.phy.length,
    data: Buffer.from(frame.phy).toString('base64'),
  }
  return Buffer.concat([header(token, PULL_RESP), Buffer.from(JSON.stringify({ txpk }))])
}
