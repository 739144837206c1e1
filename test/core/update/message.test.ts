/** What node and gateway say of an update: the bytes, there and back, and each refusal by its name. */
import { describe, expect, test } from 'vitest'
import {
  decodeUpdateDownlink,
  decodeUpdateUplink,
  encodeCancel,
  encodeOffer,
  encodePiece,
  encodeUpdateState,
  encodeWanted,
  type UpdateDownlink,
  type UpdateUplink,
} from '../../../core/update/message.ts'
import { mutated, randomBytes, randomFrom } from '../packet/mangle.ts'

const seed = 606
const offer = {
  transfer: 0xdeadbeef,
  version: 0x01020304,
  ticketBytes: 2_601,
  bundleBytes: 58_742,
  pieceBytes: 200,
}
const mask = Uint8Array.of(0x81, 0, 0, 0, 0, 0, 0, 1)
const wanted = { transfer: 0xdeadbeef, received: 300, of: 307, first: 258, mask }
const state = { transfer: 0xdeadbeef, state: 4, reason: 13, version: 7 }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const encodeDown = (message: UpdateDownlink): Uint8Array =>
  message.kind === 'offer'
    ? encodeOffer(message)
    : message.kind === 'piece'
      ? encodePiece(message.transfer, message.index, message.bytes)
      : encodeCancel(message.transfer)
const encodeUp = (message: UpdateUplink): Uint8Array =>
  message.kind === 'wanted' ? encodeWanted(message) : encodeUpdateState(message)

test('are these bytes, and come back', () => {
  const downs: [UpdateDownlink, string][] = [
    [{ kind: 'offer', ...offer }, '01deadbeef010203040a290000e576c8'],
    [{ kind: 'piece', transfer: 1, index: 0x1234, bytes: Uint8Array.of(9, 8) }, '02000000011234' + '0908'],
    [{ kind: 'cancel', transfer: 0xffffffff }, '03ffffffff'],
  ]
  for (const [message, bytes] of downs) {
    expect(hex(encodeDown(message))).toBe(bytes)
    expect(decodeUpdateDownlink(encodeDown(message))).toEqual(message)
  }
  const ups: [UpdateUplink, string][] = [
    [{ kind: 'wanted', ...wanted }, '01deadbeef012c013301028100000000000001'],
    [{ kind: 'state', ...state }, '02deadbeef040d00000007'],
  ]
  for (const [message, bytes] of ups) {
    expect(hex(encodeUp(message))).toBe(bytes)
    expect(decodeUpdateUplink(encodeUp(message))).toEqual(message)
  }
})

describe('are refused', () => {
  const withByte = (bytes: Uint8Array, at: number, byte: number): Uint8Array => {
    const copy = Uint8Array.from(bytes)
    copy[at] = byte
    return copy
  }
  const longer = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, 0])

  test('downlinks', () => {
    const piece = encodePiece(1, 2, new Uint8Array(210))
    const offered = encodeOffer(offer)
    for (const whole of [offered, encodeCancel(1)]) {
      for (let length = 0; length < whole.length; length++)
        expect(decodeUpdateDownlink(whole.subarray(0, length))).toBe('short')
      expect(decodeUpdateDownlink(longer(whole))).toBe('long')
    }
    for (let length = 0; length < 8; length++)
      expect(decodeUpdateDownlink(piece.subarray(0, length))).toBe('short')
    expect(decodeUpdateDownlink(longer(piece))).toBe('long')
    for (const kind of [0, 4, 255]) expect(decodeUpdateDownlink(withByte(offered, 0, kind))).toBe('kind')
    for (const bytes of [0, 15, 211, 255])
      expect(decodeUpdateDownlink(withByte(offered, 15, bytes))).toBe('range')
  })

  test('uplinks', () => {
    for (const whole of [encodeWanted(wanted), encodeUpdateState(state)]) {
      for (let length = 0; length < whole.length; length++)
        expect(decodeUpdateUplink(whole.subarray(0, length))).toBe('short')
      expect(decodeUpdateUplink(longer(whole))).toBe('long')
      for (const kind of [0, 3, 255]) expect(decodeUpdateUplink(withByte(whole, 0, kind))).toBe('kind')
    }
    expect(decodeUpdateUplink(withByte(encodeWanted(wanted), 11, 0x7f))).toBe('range')
    const said = encodeUpdateState(state)
    for (const [at, byte] of [
      [5, 0],
      [5, 5],
      [6, 14],
    ] as const)
      expect(decodeUpdateUplink(withByte(said, at, byte))).toBe('range')
  })
})

test(`100,000 random and mutated messages each way: refused by name, or the very bytes again, seed ${seed}`, () => {
  const random = randomFrom(seed)
  const whole = [
    encodeOffer(offer),
    encodePiece(1, 2, new Uint8Array(30)),
    encodeCancel(1),
    encodeWanted(wanted),
    encodeUpdateState(state),
  ]
  const seen = new Set<string>()
  for (let i = 0; i < 100_000; i++) {
    const bytes = i % 2 ? mutated(random, whole[random(whole.length)]!) : randomBytes(random, 225)
    if (i % 4 === 0 && bytes.length > 0) bytes[0] = random(4)
    const down = decodeUpdateDownlink(bytes)
    const up = decodeUpdateUplink(bytes)
    for (const decoded of [down, up]) seen.add(typeof decoded === 'string' ? decoded : decoded.kind)
    if (typeof down !== 'string' && hex(encodeDown(down)) !== hex(bytes)) throw new Error(hex(bytes))
    if (typeof up !== 'string' && hex(encodeUp(up)) !== hex(bytes)) throw new Error(hex(bytes))
  }
  expect([...seen].sort()).toEqual(
    ['cancel', 'kind', 'long', 'offer', 'piece', 'range', 'short', 'state', 'wanted'].sort(),
  )
})
