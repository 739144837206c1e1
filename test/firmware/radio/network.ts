/** A network of one gateway for the bench: it joins nodes and talks to them with core's network side. */
import { tableAes } from '../../../core/lorawan/aes.ts'
import {
  makeSession,
  openData,
  parseData,
  sealData,
  type DataFrame,
  type Session,
} from '../../../core/lorawan/frame.ts'
import {
  deriveSessionKeys,
  parseJoinRequest,
  verifyJoinRequest,
  type JoinAccept,
} from '../../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import type { Modulation } from '../../../firmware/radio/radio.ts'
import { settings, type Bench, type Uplink } from './node.ts'

export interface DownlinkWish {
  port?: number
  payload?: Uint8Array
  options?: Uint8Array
  confirmed?: boolean
  ack?: boolean
}

export class Network {
  devNonces: number[] = []
  /** Uplinks that opened, with the counters they came under. */
  frames: DataFrame[] = []
  /** The newest last: a node that lost the answer to its join goes on with the one before. */
  sessions: Session[] = []
  session: Session | undefined
  counterUp = 0
  counterDown = 0
  accept: JoinAccept = {
    joinNonce: 1,
    netId: 0x13,
    devAddr: 0x26000001,
    rx1DrOffset: 0,
    rx2DataRate: 2,
    rxDelaySeconds: 1,
    channelHz: [],
  }
  /** The window answers go out in. */
  window: 1 | 2 = 1
  /** Shifts every answer. */
  lateMs = 0
  /** Downlinks that wait, one an uplink. */
  queue: DownlinkWish[] = []
  /** Changes a frame before it goes out. */
  spoil: (frame: Uint8Array) => Uint8Array = (frame) => frame

  constructor(readonly bench: Bench) {
    const { rx2 } = bench.region
    this.accept.rx2DataRate = rx2.dataRate
    bench.answer = (uplink) => this.hear(uplink)
  }

  hear(uplink: Uplink): void {
    if (uplink.frame[0]! >> 5 === 0) this.hearJoin(uplink)
    else this.hearData(uplink)
  }

  /** Seals a downlink under the next counter. */
  seal(wish: DownlinkWish, counter = this.counterDown++): Uint8Array {
    const port = wish.port ?? -1
    return sealData(this.session!, {
      confirmed: wish.confirmed ?? false,
      downlink: true,
      devAddr: this.session!.devAddr,
      adr: true,
      adrAckReq: false,
      ack: wish.ack ?? false,
      pending: false,
      counter,
      options: wish.options ?? new Uint8Array(0),
      port,
      payload: wish.payload ?? new Uint8Array(0),
    })
  }

  /** Puts a frame into the first or second window behind an uplink. */
  reply(uplink: Uplink, frame: Uint8Array, delaySeconds: number): void {
    const { bench } = this
    const second: Modulation = {
      frequencyHz: bench.region.rx2.frequencyHz,
      ...bench.region.dataRates[this.accept.rx2DataRate]!,
    }
    const modulation = this.window === 1 ? uplink.modulation : second
    const startMs = uplink.endMs + 1000 * (delaySeconds + this.window - 1) + this.lateMs
    bench.send(this.spoil(frame), modulation, startMs)
  }

  private hearJoin(uplink: Uplink): void {
    const request = parseJoinRequest(uplink.frame)
    if (typeof request === 'string' || !verifyJoinRequest(tableAes, settings.appKey, uplink.frame))
      throw new Error('a join request that cannot be read')
    this.devNonces.push(request.devNonce)
    const { accept } = this
    const keys = deriveSessionKeys(
      tableAes,
      settings.appKey,
      accept.joinNonce,
      accept.netId,
      request.devNonce,
    )
    this.session = makeSession(tableAes, accept.devAddr, keys.nwkSKey, keys.appSKey)
    this.sessions.push(this.session)
    this.counterUp = this.counterDown = 0
    const frame = sealJoinAccept(tableAes, settings.appKey, accept)
    this.reply(uplink, frame, this.bench.region.joinAcceptDelaySeconds)
  }

  private open(phy: Uint8Array, counter: number): DataFrame {
    for (const session of [...this.sessions].reverse()) {
      const frame = openData(session, phy, counter)
      if (typeof frame !== 'string') {
        this.session = session
        return frame
      }
    }
    throw new Error(`uplink ${counter} opens under no session`)
  }

  private hearData(uplink: Uplink): void {
    const header = parseData(uplink.frame)
    if (typeof header === 'string') throw new Error(header)
    // The one before once more: a repetition.
    const repeated = this.counterUp > 0 && ((header.counter + 1 - this.counterUp) & 0xffff) === 0
    const next = repeated ? this.counterUp - 1 : this.counterUp
    const counter = next + ((header.counter - next) & 0xffff)
    const frame = this.open(uplink.frame, counter)
    this.counterUp = counter + 1
    this.frames.push(frame)
    const wish = this.queue.shift()
    if (wish) this.reply(uplink, this.seal(wish), this.accept.rxDelaySeconds)
  }
}
