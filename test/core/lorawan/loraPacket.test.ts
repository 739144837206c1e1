/** Frames and joins against lora-packet 0.9.3, an independent implementation, and its known faults by name. */
import { describe, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { makeSession, openData, parseData, sealData, type DataFrame } from '../../../core/lorawan/frame.ts'
import { bytes } from './hex.ts'
import { byOracle, expectFramesAgree, expectJoinsAgree, oracle, randomFrame, SEED } from './oracle.ts'
import { makeRandom } from './random.ts'

test(`200 frames of seed ${SEED} are the same bytes and the same fields`, () => expectFramesAgree(200))

test('50 joins agree, keys included', () => expectJoinsAgree(50))

describe('its known faults, and what we do instead', () => {
  const devAddr = 0x01020304
  const session = makeSession(tableAes, devAddr, bytes('01'.repeat(16)), bytes('02'.repeat(16)))
  const acknowledgement: DataFrame = {
    ...randomFrame(makeRandom(SEED), devAddr),
    options: new Uint8Array(0),
    port: -1,
    payload: new Uint8Array(0),
  }

  test('1: an acknowledgement without port stays unsigned; ours is signed', () => {
    expect(byOracle(acknowledgement, Buffer.alloc(16, 1), Buffer.alloc(16, 2)).endsWith('eeeeeeee')).toBe(
      true,
    )
    expect(openData(session, sealData(session, acknowledgement), acknowledgement.counter)).toEqual(
      acknowledgement,
    )
  })

  test('2: options past the end of the frame are cut short; we refuse', () => {
    const phy = bytes('400403020105010001020300000000')
    expect(oracle.fromWire(Buffer.from(phy)).FOpts!.length).toBeLessThanOrEqual(5)
    expect(parseData(phy)).toBe('options')
  })

  test('3: another major version is read as if it were ours; we refuse', () => {
    const phy = bytes('410403020100010000000000')
    expect(oracle.fromWire(Buffer.from(phy)).getFCnt()).toBe(1)
    expect(parseData(phy)).toBe('version')
  })
})
