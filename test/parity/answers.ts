/** What every small test network of one gateway does alike: it reads a join request and samples, and answers with join accept, MAC answers and the
 *  application's, in their place on the air. Functions over plain data, so that a network may keep what it knows as it likes, judge what it hears (the
 *  power cuts') or throw (parity's). Written on core alone: no test of a bundle hangs on the real gateway. */
import type { AbpSession } from '../../core/abp.ts'
import { tableAes } from '../../core/lorawan/aes.ts'
import { CID, encodeDeviceTimeAns, encodeTxParamSetupReq, walkCommands } from '../../core/lorawan/commands.ts'
import { makeSession, sealData, type DataFrame } from '../../core/lorawan/frame.ts'
import { deriveSessionKeys, parseJoinRequest, verifyJoinRequest } from '../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../core/lorawan/joinAccept.ts'
import {
  decodeSamples,
  DOWNLINK_PORT,
  encodeAcknowledgement,
  encodeLampCommand,
  extendSequence,
  UPLINK_PORT,
  type LampCommand,
} from '../../core/packet/index.ts'
import type { Region } from '../../core/regions/index.ts'
import type { Air, ReceivedUplink } from '../../sim/air.ts'
import type { VirtualClock } from '../../sim/clock.ts'
import { downSetting } from '../sim/loraWan.ts'

export const POWER_DBM = 16
const NET_ID = 0x13
export const DEV_ADDR = 0x26011bda

export type Session = ReturnType<typeof makeSession>

/** What a downlink says to its node. */
export interface Answer {
  port: number
  payload: Uint8Array
}

/** True of a join request; everything else that goes up is data. */
export const isJoin = (phy: Uint8Array): boolean => phy[0]! >> 5 === 0

/** The DevNonce of a join request under this key; undefined when it is none. */
export function devNonceOf(appKey: Uint8Array, phy: Uint8Array): number | undefined {
  const request = parseJoinRequest(phy)
  const good = typeof request !== 'string' && verifyJoinRequest(tableAes, appKey, phy)
  return good ? request.devNonce : undefined
}

export const carriesSamples = ({ port }: DataFrame): boolean =>
  port === UPLINK_PORT.sample || port === UPLINK_PORT.batch

/** The samples of a frame with their sequences in full, where `newest` is the highest that is known; or why there are none. */
export function samplesOf(frame: DataFrame, newest: number) {
  const decoded = decodeSamples(frame.port, frame.payload)
  if (typeof decoded === 'string') return decoded
  const first = extendSequence(decoded.sequenceLow, newest)
  return {
    epochAlias: decoded.epochAlias,
    samples: decoded.samples.map(({ values }, i) => ({ sequence: first + i, values })),
  }
}

/** The session that a join's two nonces lead to. */
export function joined(appKey: Uint8Array, joinNonce: number, devNonce: number): Session {
  const keys = deriveSessionKeys(tableAes, appKey, joinNonce, NET_ID, devNonce)
  return makeSession(tableAes, DEV_ADDR, keys.nwkSKey, keys.appSKey)
}

/** The session of a node that never joins. */
export const personal = ({ devAddr, nwkSKey, appSKey }: AbpSession): Session =>
  makeSession(tableAes, devAddr, nwkSKey, appSKey)

export const joinAccept = (region: Region, appKey: Uint8Array, joinNonce: number): Uint8Array =>
  sealJoinAccept(tableAes, appKey, {
    ...{ joinNonce, netId: NET_ID, devAddr: DEV_ADDR, rx1DrOffset: 0, rxDelaySeconds: 1 },
    rx2DataRate: region.rx2.dataRate,
    channelHz: region.extraChannelsHz.slice(0, 5),
  })

/** An unconfirmed downlink. */
export const sealDown = (
  session: Session,
  counter: number,
  { port, payload }: Answer,
  options: number[] = [],
): Uint8Array =>
  sealData(session, {
    ...{
      confirmed: false,
      downlink: true,
      devAddr: session.devAddr,
      adr: false,
      adrAckReq: false,
      ack: false,
    },
    ...{ pending: false, counter, options: Uint8Array.from(options), port, payload },
  })

/** MAC commands in answer to an uplink: the time when it was asked, and the dwell limit lifted, again and again until `bound` hears that it is. */
export function macAnswers(
  region: Region,
  frame: DataFrame,
  endMicros: number,
  bound: { dwell: boolean },
): number[] {
  const options: number[] = []
  for (const { cid } of walkCommands(frame.port === 0 ? frame.payload : frame.options, false)) {
    if (cid === CID.txParamSetup) bound.dwell = false
    if (cid === CID.deviceTime) options.push(...encodeDeviceTimeAns(endMicros / 1000))
  }
  const { eirpDbmMax, txParamSetup } = region
  if (bound.dwell && txParamSetup)
    options.push(...encodeTxParamSetupReq({ uplinkDwell: false, downlinkDwell: false, eirpDbmMax }))
  return options
}

export function lampAnswer(lamp: LampCommand): Answer {
  const into = new Uint8Array(11)
  return { port: DOWNLINK_PORT.lamp, payload: into.subarray(0, encodeLampCommand(lamp, into)) }
}

/** Everything from `floor` on that is stored without a gap, and what of the eight behind the gap is. */
export function acknowledge(
  epoch: number,
  floor: number,
  isStored: (sequence: number) => boolean,
): Answer & { nextSequence: number } {
  let nextSequence = floor
  while (isStored(nextSequence)) nextSequence++
  const received = new Uint8Array(1)
  for (let i = 0; i < 8; i++) if (isStored(nextSequence + 1 + i)) received[0]! |= 1 << i
  const into = new Uint8Array(11)
  const bytes = encodeAcknowledgement({ epoch, nextSequence, received }, into)
  return { port: DOWNLINK_PORT.acknowledgement, payload: into.subarray(0, bytes), nextSequence }
}

/** Hears what goes over the air, and says each answer in the first window behind its uplink: same channel, and for offset 0 the same data rate. */
export function answerOnAir(
  { clock, air, region }: { clock: VirtualClock; air: Air; region: Region },
  hear: (phy: Uint8Array, endMicros: number) => Uint8Array | undefined,
  onDown: (answer: Uint8Array) => void = () => undefined,
): void {
  air.onReceived = ({ frame: { bytes, endMicros, setting } }: ReceivedUplink) => {
    const answer = hear(bytes, endMicros)
    if (!answer) return
    const delaySeconds = isJoin(bytes) ? region.joinAcceptDelaySeconds : region.receiveDelaySeconds
    clock.at(endMicros + delaySeconds * 1e6, () => {
      onDown(answer)
      air.down(downSetting(setting), POWER_DBM, answer)
    })
  }
}
