/** lora-packet 0.9.3, an independent implementation, and random frames and joins both ways against it, as many as a test wants. Its known faults are set
 *  aside by name. */
import loraPacket from 'lora-packet'
import { expect } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { makeSession, openData, sealData, type DataFrame } from '../../../core/lorawan/frame.ts'
import { deriveSessionKeys, openJoinAccept, sealJoinRequest } from '../../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import { hex } from './hex.ts'
import { makeRandom, type Random } from './random.ts'

export const oracle = (loraPacket as unknown as { default?: typeof loraPacket }).default ?? loraPacket
export const SEED = 20_260_101
const TYPES = ['Unconfirmed Data Up', 'Unconfirmed Data Down', 'Confirmed Data Up', 'Confirmed Data Down']

/** Frames lora-packet cannot build: it throws, or leaves the code `eeeeeeee`, when there is no port (its faults 1). */
const unsignedWithoutPort = (frame: DataFrame): boolean => frame.port < 0

export function randomFrame(random: Random, devAddr: number): DataFrame {
  const port = random.below(20) === 0 ? -1 : random.below(10) === 0 ? 0 : 1 + random.below(223)
  return {
    confirmed: random.below(2) === 1,
    downlink: random.below(2) === 1,
    devAddr,
    adr: random.below(2) === 1,
    adrAckReq: random.below(2) === 1,
    ack: random.below(2) === 1,
    pending: random.below(2) === 1,
    counter: random.below(3) ? random.below(65_536) : random.below(0x100000000),
    // An id of 1.0 first: frames of 1.1 are refused, and lora-packet does not look at options.
    options: random.bytes(port === 0 ? 0 : random.below(16)).map((byte, i) => (i ? byte : 0x80 | byte)),
    port,
    payload: random.bytes(port < 0 ? 0 : random.below(60)),
  }
}

const big = (value: number, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')
/** Its fault 5: a counter above 65,535 has to be split, and the high half given low byte first. */
const highBytes = (counter: number): Buffer => big(Math.floor(counter / 65_536), 2).reverse()

export function byOracle(frame: DataFrame, nwkSKey: Buffer, appSKey: Buffer): string {
  const packet = oracle.fromFields(
    {
      MType: TYPES[(frame.downlink ? 1 : 0) + (frame.confirmed ? 2 : 0)]!,
      DevAddr: big(frame.devAddr, 4),
      FCtrl: { ADR: frame.adr, ADRACKReq: frame.adrAckReq, ACK: frame.ack, FPending: frame.pending },
      FCnt: big(frame.counter % 65_536, 2),
      FOpts: Buffer.from(frame.options),
      FPort: frame.port,
      // Its fault 4: a payload that is no Buffer is not seen.
      payload: Buffer.from(frame.payload),
    },
    appSKey,
    nwkSKey,
    undefined,
    highBytes(frame.counter),
  )
  return hex(packet.PHYPayload!)
}

/** As expect(ours).toBe(theirs), which takes longer than both sides together. */
function same(frame: DataFrame, what: string, ours: unknown, theirs: unknown): void {
  if (ours !== theirs)
    throw new Error(`${what}: ${String(ours)}, not ${String(theirs)}: ${JSON.stringify(frame)}`)
}

/** The same bytes and the same fields. */
export function expectFramesAgree(count: number): void {
  const random = makeRandom(SEED)
  let built = 0
  for (let i = 0; i < count; i++) {
    const devAddr = random.below(0x100000000)
    const [nwkSKey, appSKey] = [Buffer.from(random.bytes(16)), Buffer.from(random.bytes(16))]
    const session = makeSession(tableAes, devAddr, nwkSKey, appSKey)
    const frame = randomFrame(random, devAddr)
    const phy = sealData(session, frame)
    if (!unsignedWithoutPort(frame)) {
      built++
      same(frame, 'bytes', hex(phy), byOracle(frame, nwkSKey, appSKey))
    }
    const packet = oracle.fromWire(Buffer.from(phy))
    same(frame, 'MIC', true, oracle.verifyMIC(packet, nwkSKey, undefined, highBytes(frame.counter)))
    same(frame, 'counter', frame.counter % 65_536, packet.getFCnt())
    same(frame, 'port', frame.port < 0 ? null : frame.port, packet.getFPort())
    same(frame, 'options', hex(frame.options), hex(packet.FOpts!))
    if (frame.payload.length) {
      const decrypted = oracle.decrypt(packet, appSKey, nwkSKey, highBytes(frame.counter))
      same(frame, 'payload', hex(frame.payload), hex(decrypted))
    }
    expect(openData(session, phy, frame.counter)).toEqual(frame)
  }
  expect(built).toBeGreaterThan(count * 0.9)
}

/** Keys included. */
export function expectJoinsAgree(count: number): void {
  const random = makeRandom(SEED + 1)
  for (let i = 0; i < count; i++) {
    const appKey = Buffer.from(random.bytes(16))
    const request = { joinEui: random.bytes(8), devEui: random.bytes(8), devNonce: random.below(65_536) }
    const packet = oracle.fromWire(Buffer.from(sealJoinRequest(tableAes, appKey, request)))
    expect(oracle.verifyMIC(packet, undefined, appKey)).toBe(true)
    expect([hex(packet.AppEUI!), hex(packet.DevEUI!)]).toEqual([hex(request.joinEui), hex(request.devEui)])
    const accept = {
      joinNonce: random.below(1 << 24),
      netId: random.below(1 << 24),
      devAddr: random.below(0x100000000),
      rx1DrOffset: random.below(8),
      rx2DataRate: random.below(16),
      rxDelaySeconds: 1 + random.below(15),
      channelHz: Array.from({ length: random.below(6) }, () => 100 * (1 + random.below((1 << 24) - 1))),
    }
    const phy = sealJoinAccept(tableAes, appKey, accept)
    expect(openJoinAccept(tableAes, appKey, phy)).toEqual(accept)
    const opened = oracle.fromWire(oracle.decryptJoinAccept(oracle.fromWire(Buffer.from(phy)), appKey))
    expect(oracle.verifyMIC(opened, undefined, appKey)).toBe(true)
    expect([hex(opened.AppNonce!), hex(opened.DevAddr!)]).toEqual([
      hex(big(accept.joinNonce, 3)),
      hex(big(accept.devAddr, 4)),
    ])
    const keys = deriveSessionKeys(tableAes, appKey, accept.joinNonce, accept.netId, request.devNonce)
    const theirs = oracle.generateSessionKeys10(
      appKey,
      big(accept.netId, 3),
      big(accept.joinNonce, 3),
      big(request.devNonce, 2),
    )
    expect([hex(keys.nwkSKey), hex(keys.appSKey)]).toEqual([hex(theirs.NwkSKey), hex(theirs.AppSKey)])
  }
}
