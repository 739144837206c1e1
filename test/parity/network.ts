/** A network of one gateway on the simulated air, small enough to be read at once: it joins a node, stores its samples, acknowledges each uplink,
 *  tells the time, and sends a lamp its command. Written on core alone, so that the parity tests do not hang on the real gateway. */
import type { AbpSession } from '../../core/abp.ts'
import { openData, parseData, type DataFrame } from '../../core/lorawan/frame.ts'
import { decodeHello, UPLINK_PORT, type LampCommand } from '../../core/packet/index.ts'
import type { Region } from '../../core/regions/index.ts'
import type { Air } from '../../sim/air.ts'
import type { VirtualClock } from '../../sim/clock.ts'
import { downSetting } from '../sim/loraWan.ts'
import type { Updates } from './updates.ts'
import {
  acknowledge,
  answerOnAir,
  devNonceOf,
  isJoin,
  joinAccept,
  joined,
  lampAnswer,
  macAnswers,
  personal,
  POWER_DBM,
  samplesOf,
  sealDown,
  type Answer,
  type Session,
} from './answers.ts'

export class Network {
  /** Data uplinks that opened, with their plain payload. */
  readonly uplinks: DataFrame[] = []
  joins = 0
  /** Sequences stored. */
  readonly stored = new Set<number>()
  epoch: number | undefined
  lamp: LampCommand | undefined
  /** The release that the node is to run, once it is there. */
  updates: Updates | undefined
  /** Uplinks, counted from 0, that nobody hears. */
  readonly deafTo = new Set<number>()
  /** Hears nothing at all for as long as it is set: what the node measures stays with it. */
  deaf = false
  private heard = 0
  private floor = 0
  private session: Session | undefined
  private counterUp = 0
  private counterDown = 0
  /** A network that no air leads to leaves the dwell limit as it is. */
  private readonly bound = { dwell: false }
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
    const { rx2, dataRates } = this.region
    const { frequencyHz, dataRate } = rx2
    const always = downSetting({ frequencyHz, ...dataRates[dataRate]! })
    this.speak = (bytes) => void air.down(always, POWER_DBM, bytes)
    const { clock, region } = this
    answerOnAir({ clock, air, region }, (phy, endMicros) => this.hear(phy, endMicros), this.onDown)
  }

  /** The answer to a frame that ended at `endMicros`; undefined when nobody heard it. */
  hear(phy: Uint8Array, endMicros: number): Uint8Array | undefined {
    if (this.deafTo.has(this.heard++) || this.deaf) return undefined
    return isJoin(phy) ? this.join(phy) : this.data(phy, endMicros)
  }

  /** Knows a node that never joins by its session. */
  know(session: AbpSession): void {
    this.session = personal(session)
  }

  private join(phy: Uint8Array): Uint8Array {
    const { appKey, region } = this
    const devNonce = devNonceOf(appKey, phy)
    if (devNonce === undefined) throw new Error('a join request that cannot be read')
    this.joins++
    this.session = joined(appKey, this.joins, devNonce)
    this.counterUp = this.counterDown = 0
    this.bound.dwell = this.overAir
    return joinAccept(region, appKey, this.joins)
  }

  private data(phy: Uint8Array, endMicros: number): Uint8Array {
    const header = parseData(phy)
    if (typeof header === 'string' || !this.session) throw new Error('an uplink that cannot be read')
    const counter = this.counterUp + ((header.counter - this.counterUp) & 0xffff)
    const frame = openData(this.session, phy, counter)
    if (typeof frame === 'string') throw new Error(`uplink ${counter}: ${frame}`)
    this.counterUp = counter + 1
    this.uplinks.push(frame)
    const options = macAnswers(this.region, frame, endMicros, this.bound)
    return sealDown(this.session, this.counterDown++, this.application(frame), options)
  }

  /** Takes what the node says and chooses the answer: a lamp's command first, then the acknowledgement. */
  private application(frame: DataFrame): Answer {
    if (frame.port === UPLINK_PORT.hello) {
      const hello = decodeHello(frame.payload)
      if (typeof hello === 'string') throw new Error(`hello: ${hello}`)
      this.epoch = hello.epoch
      this.floor = hello.nextSequence
    } else if (frame.port === UPLINK_PORT.update) this.updates!.hear(frame.payload)
    else if (frame.port !== UPLINK_PORT.health) this.store(frame)
    const { lamp } = this
    if (lamp && frame.port !== UPLINK_PORT.hello) {
      this.lamp = undefined
      return lampAnswer(lamp)
    }
    const offer = frame.port === UPLINK_PORT.update ? undefined : this.updates?.offer()
    return offer ?? acknowledge(this.epoch!, this.floor, (sequence) => this.stored.has(sequence))
  }

  private store(frame: DataFrame): void {
    const heard = samplesOf(frame, Math.max(this.floor, ...this.stored))
    if (typeof heard === 'string') throw new Error(`samples: ${heard}`)
    for (const { sequence } of heard.samples) this.stored.add(sequence)
  }

  /** Says something to a node that listens always, now: to it alone, or to its group. */
  say(port: number, payload: Uint8Array, group?: { session: Session; counter: number }): void {
    const session = group?.session ?? this.session!
    const bytes = sealDown(session, group?.counter ?? this.counterDown++, { port, payload })
    this.onDown(bytes)
    this.speak(bytes)
  }
}
