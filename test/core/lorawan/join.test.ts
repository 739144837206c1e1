/** Join request and join accept: refused by name when anything is wrong with them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { aesDecrypt } from '../../../core/lorawan/aesDecrypt.ts'
import { putMic } from '../../../core/lorawan/frame.ts'
import {
  joinMic,
  openJoinAccept,
  parseJoinRequest,
  sealJoinRequest,
  verifyJoinRequest,
  type JoinAccept,
} from '../../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import { bytes } from './hex.ts'

const appKey = bytes('00112233445566778899aabbccddeeff')
const request = { joinEui: bytes('70b3d57ed0000001'), devEui: bytes('0004a30b001c0530'), devNonce: 65_534 }
const accept: JoinAccept = {
  joinNonce: 0xffffff,
  netId: 0x13,
  devAddr: 0xfe000001,
  rx1DrOffset: 7,
  rx2DataRate: 2,
  rxDelaySeconds: 15,
  channelHz: [920_400_000, 920_600_000, 0, 921_000_000, 921_200_000],
}
const ERRORS = ['short', 'long', 'version', 'type', 'mic', 'lorawan11']
const isError = (answer: unknown): boolean => ERRORS.includes(answer as string)

describe('join request', () => {
  const phy = sealJoinRequest(tableAes, appKey, request)

  test('comes back as it was', () => expect(parseJoinRequest(phy)).toEqual(request))

  test('every flipped bit is refused', () => {
    for (let bit = 0; bit < 8 * phy.length; bit++) {
      const broken = new Uint8Array(phy)
      broken[bit >> 3]! ^= 1 << (bit & 7)
      const parsed = parseJoinRequest(broken)
      expect(typeof parsed === 'string' || !verifyJoinRequest(tableAes, appKey, broken)).toBe(true)
    }
  })

  test.each([
    ['nothing', '', 'short'],
    ['one byte less', '00'.repeat(22), 'short'],
    ['one byte more', '00'.repeat(24), 'long'],
    ['major version 2', '02' + '00'.repeat(22), 'version'],
    ['a data frame', '40' + '00'.repeat(22), 'type'],
    ['a rejoin request', 'c0' + '00'.repeat(18), 'lorawan11'],
  ])('%s is refused', (_name, phyHex, error) => expect(parseJoinRequest(bytes(phyHex))).toBe(error))
})

describe('join accept', () => {
  const phy = sealJoinAccept(tableAes, appKey, accept)

  test('comes back as it was, channels in their places', () => {
    expect(openJoinAccept(tableAes, appKey, phy)).toEqual(accept)
    const plain = { ...accept, channelHz: [] }
    const short = sealJoinAccept(tableAes, appKey, plain)
    expect(short.length).toBe(17)
    expect(openJoinAccept(tableAes, appKey, short)).toEqual(plain)
  })

  test('every truncation and every length between the two is refused', () => {
    for (let length = 0; length < phy.length; length++)
      expect(ERRORS).toContain(openJoinAccept(tableAes, appKey, phy.subarray(0, length)))
  })

  test.each([
    ['nothing', '', 'short'],
    ['16 bytes', '20' + '00'.repeat(15), 'short'],
    ['20 bytes', '20' + '00'.repeat(19), 'short'],
    ['34 bytes', '20' + '00'.repeat(33), 'long'],
    ['major version 1', '21' + '00'.repeat(16), 'version'],
    ['a data frame', '60' + '00'.repeat(16), 'type'],
    ['a rejoin request', 'c0' + '00'.repeat(16), 'lorawan11'],
  ])('%s is refused', (_name, phyHex, error) =>
    expect(openJoinAccept(tableAes, appKey, bytes(phyHex))).toBe(error),
  )

  test('the wrong key is refused', () => {
    expect(['mic', 'lorawan11']).toContain(openJoinAccept(tableAes, bytes('01'.repeat(16)), phy))
  })

  test('a delay of 0 is one second, and a channel list of another type adds no channels', () => {
    const frame = new Uint8Array(33)
    frame[0] = 0x20
    frame[13] = 0xff
    frame[28] = 1
    putMic(frame, joinMic(tableAes, appKey, frame))
    for (const at of [1, 17]) aesDecrypt(appKey, frame.subarray(at, at + 16))
    const opened = openJoinAccept(tableAes, appKey, frame)
    expect(opened).toMatchObject({ rxDelaySeconds: 1, channelHz: [] })
  })

  test('100,000 random and mutated joins never throw and never open', () => {
    const mutated = fc.tuple(fc.nat(phy.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, value]) => {
      const broken = new Uint8Array(phy)
      broken[at]! ^= value
      return broken
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), mutated), (input) => {
        // No expect a run: 100,000 of them take longer than what they look at.
        const opened = openJoinAccept(tableAes, appKey, input)
        const parsed = parseJoinRequest(input)
        const refused = isError(parsed) || !verifyJoinRequest(tableAes, appKey, input)
        return isError(opened) && refused
      }),
      { numRuns: 100_000 },
    )
  })
})
