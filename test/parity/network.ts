/** A network of one gateway on the simulated air, small enough to be read at once: it joins a node, stores its samples, acknowledges each uplink,
 *  tells the time, and sends a lamp its command. Written on core alone, so that the parity tests do not hang on the real gateway. */
import type { AbpSession } from '../../core/abp.ts'
import type { Cmac } from '../../core/lorawan/cmac.ts'
import { tableAes } from '../../core/lorawan/aes.ts'
import { CID, encodeDeviceTimeAns, encodeTxParamSetupReq, walkCommands } from '../../core/lorawan/commands.ts'
import { makeSession, openData, parseData, sealData, type DataFrame } from '../../core/lorawan/frame.ts'
import { deriveSessionKeys, parseJoinRequest, verifyJoinRequest } from '../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../core/lorawan/joinAccept.ts'
import {
  decodeHello,
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
import { needsLowDataRate, type LoraSetting } from '../../sim/chips/lora.ts'
import type { VirtualClock } from '../../sim/clock.ts'

type Session = ReturnType<typeof makeSession> & { network: Cmac }

const ACCEPT = { joinNonce: 0, netId: 0x13, devAddr: 0x26011bda, rx1DrOffset: 0, rxDelaySeconds: 1 }
const POWER_DBM = 16

type Place = Pick<LoraSetting, 'frequencyHz' | 'spreadingFactor' | 'bandwidthHz'>

const downSetting = ({ frequencyHz, spreadingFactor, bandwidthHz }: Place): LoraSetting => ({
  frequencyHz,
  spreadingFactor,
  bandwidthHz,
  codingRate: 1,
  preambleSymbols: 8,
  explicitHeader: true,
  payloadCrc: false,
  lowDataRate: needsLowDataRate(spreadingFactor, bandwidthHz),
  invertedIq: true,
  syncWord: 0x34,
})

export class Network {
  /** Data uplinks that opened, with their plain payload. */
  readonly uplinks: DataFrame[] = []
  joins = 0
  /** Sequences stored. */
  readonly stored = new Set<number>()
  epoch: number | undefined
  lamp: LampCommand | undefined
  /** Uplinks, counted from 0, that nobody hears. */
  readonly deafTo = new Set<number>()
  /** Hears nothing at all for as long as it is set: what the node measures stays with it. */
  deaf = false
  private heard = 0
  private floor = 0
  private session: Session | undefined
  private counterUp = 0
  private counterDown = 0
  private dwell = true
  private overAir = false
  /** Says a frame to nodes that listen always. */
  speak: (bytes: Uint8Array) => void = () => undefined

  constructor(
    private readonly clock: VirtualClock,
    private readonly region: Region,
    private readonly appKey: Uint8Array,
    private readonly onDown: (bytes: Uint8Array) => void,
  ) {}

  /** Listens to the air and answers in the first window. */
  listen(air: Air): void {
    this.overAir = true
    const { joinAcceptDelaySeconds, receiveDelaySeconds, rx2, dataRates } = this.region
    const { frequencyHz, dataRate } = rx2
    const always = downSetting({ frequencyHz, ...dataRates[dataRate]! })
    this.speak = (bytes) => void air.down(always, POWER_DBM, bytes)
    air.onReceived = (uplink) => {
      const { bytes, endMicros } = uplink.frame
      const answer = this.hear(bytes, endMicros)
      if (answer)
        this.answer(air, uplink, bytes[0]! >> 5 ? receiveDelaySeconds : joinAcceptDelaySeconds, answer)
    }
  }

  /** The answer to a frame that ended at `endMicros`; undefined when nobody heard it. */
  hear(phy: Uint8Array, endMicros: number): Uint8Array | undefined {
    if (this.deafTo.has(this.heard++) || this.deaf) return undefined
    return phy[0]! >> 5 === 0 ? this.join(phy) : this.data(phy, endMicros)
  }

  /** Knows a node that never joins by its session. */
  know({ devAddr, nwkSKey, appSKey }: AbpSession): void {
    this.session = makeSession(tableAes, devAddr, nwkSKey, appSKey)
  }

  private join(phy: Uint8Array): Uint8Array {
    const { appKey, region } = this
    const request = parseJoinRequest(phy)
    if (typeof request === 'string' || !verifyJoinRequest(tableAes, appKey, phy))
      throw new Error('a join request that cannot be read')
    this.joins++
    const accept = {
      ...ACCEPT,
      joinNonce: this.joins,
      rx2DataRate: region.rx2.dataRate,
      channelHz: region.extraChannelsHz.slice(0, 5),
    }
    const keys = deriveSessionKeys(tableAes, appKey, this.joins, accept.netId, request.devNonce)
    this.session = makeSession(tableAes, accept.devAddr, keys.nwkSKey, keys.appSKey)
    this.counterUp = this.counterDown = 0
    this.dwell = true
    return sealJoinAccept(tableAes, appKey, accept)
  }

  private data(phy: Uint8Array, endMicros: number): Uint8Array {
    const header = parseData(phy)
    if (typeof header === 'string' || !this.session) throw new Error('an uplink that cannot be read')
    const counter = this.counterUp + ((header.counter - this.counterUp) & 0xffff)
    const frame = openData(this.session, phy, counter)
    if (typeof frame === 'string') throw new Error(`uplink ${counter}: ${frame}`)
    this.counterUp = counter + 1
    this.uplinks.push(frame)
    const options = this.options(frame, endMicros)
    const { port, payload } = this.application(frame)
    return sealData(this.session, {
      confirmed: false,
      downlink: true,
      devAddr: this.session.devAddr,
      adr: false,
      adrAckReq: false,
      ack: false,
      pending: false,
      counter: this.counterDown++,
      options: Uint8Array.from(options),
      port,
      payload,
    })
  }

  private options(frame: DataFrame, endMicros: number): number[] {
    const options: number[] = []
    for (const { cid } of walkCommands(frame.port === 0 ? frame.payload : frame.options, false)) {
      if (cid === CID.txParamSetup) this.dwell = false
      if (cid === CID.deviceTime) options.push(...encodeDeviceTimeAns(endMicros / 1000))
    }
    const { eirpDbmMax, txParamSetup } = this.region
    if (this.dwell && txParamSetup && this.overAir)
      options.push(...encodeTxParamSetupReq({ uplinkDwell: false, downlinkDwell: false, eirpDbmMax }))
    return options
  }

  /** Takes what the node says and chooses the answer: a lamp's command first, then the acknowledgement. */
  private application(frame: DataFrame): { port: number; payload: Uint8Array } {
    if (frame.port === UPLINK_PORT.hello) {
      const hello = decodeHello(frame.payload)
      if (typeof hello === 'string') throw new Error(`hello: ${hello}`)
      this.epoch = hello.epoch
      this.floor = hello.nextSequence
    } else if (frame.port !== UPLINK_PORT.health) this.store(frame)
    const into = new Uint8Array(11)
    if (this.lamp && frame.port !== UPLINK_PORT.hello) {
      const bytes = encodeLampCommand(this.lamp, into)
      this.lamp = undefined
      return { port: DOWNLINK_PORT.lamp, payload: into.subarray(0, bytes) }
    }
    let nextSequence = this.floor
    while (this.stored.has(nextSequence)) nextSequence++
    const received = new Uint8Array(1)
    for (let i = 0; i < 8; i++) if (this.stored.has(nextSequence + 1 + i)) received[0]! |= 1 << i
    const bytes = encodeAcknowledgement({ epoch: this.epoch!, nextSequence, received }, into)
    return { port: DOWNLINK_PORT.acknowledgement, payload: into.subarray(0, bytes) }
  }

  private store(frame: DataFrame): void {
    const decoded = decodeSamples(frame.port, frame.payload)
    if (typeof decoded === 'string') throw new Error(`samples: ${decoded}`)
    const first = extendSequence(decoded.sequenceLow, Math.max(this.floor, ...this.stored))
    decoded.samples.forEach((_, i) => this.stored.add(first + i))
  }

  /** Says something to a node that listens always, now: to it alone, or to its group. */
  say(port: number, payload: Uint8Array, group?: { session: Session; counter: number }): void {
    const session = group?.session ?? this.session!
    const bytes = sealData(session, {
      confirmed: false,
      downlink: true,
      devAddr: session.devAddr,
      adr: false,
      adrAckReq: false,
      ack: false,
      pending: false,
      counter: group?.counter ?? this.counterDown++,
      options: new Uint8Array(0),
      port,
      payload,
    })
    this.onDown(bytes)
    this.speak(bytes)
  }

  /** Puts a frame into the first window behind an uplink: same channel, and for offset 0 the same data rate. */
  private answer(air: Air, uplink: ReceivedUplink, delaySeconds: number, bytes: Uint8Array): void {
    const setting = downSetting(uplink.frame.setting)
    this.clock.at(uplink.frame.endMicros + delaySeconds * 1e6, () => {
      this.onDown(bytes)
      air.down(setting, POWER_DBM, bytes)
    })
  }
}
