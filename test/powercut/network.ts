/** A network of one gateway that judges what it hears: a DevNonce, an uplink counter or a sample's sequence that comes twice is `reused`, and so is a
 *  downlink counter that a node takes twice. All it knows is plain data, so that a life can be gone on with from any of its moments. */
import { tableAes } from '../../core/lorawan/aes.ts'
import { openData, parseData, type DataFrame } from '../../core/lorawan/frame.ts'
import { parseJoinRequest, verifyJoinRequest } from '../../core/lorawan/join.ts'
import {
  decodeHello,
  decodeSamples,
  DOWNLINK_PORT,
  extendSequence,
  UPLINK_PORT,
  type LampCommand,
} from '../../core/packet/index.ts'
import type { Region } from '../../core/regions/index.ts'
import type { Air, ReceivedUplink } from '../../sim/air.ts'
import type { LoraSetting } from '../../sim/chips/lora.ts'
import type { VirtualClock } from '../../sim/clock.ts'
import {
  acknowledge,
  DEV_ADDR,
  inFirstWindow,
  joinAccept,
  joined,
  lampAnswer,
  macAnswers,
  personal,
  POWER_DBM,
  sealDown,
  type Answer,
} from '../parity/answers.ts'

/** In the place of a session's DevNonce. */
const NEVER = -1

/** What a node that never joins was given. */
export const ABP = {
  devAddr: DEV_ADDR,
  nwkSKey: new Uint8Array(16).fill(0x5a),
  appSKey: new Uint8Array(16).fill(0xa5),
}

interface Session {
  joinNonce: number
  devNonce: number
  /** Of uplinks heard. */
  counters: Set<number>
  counterDown: number
  dwell: boolean
}

/** A downlink as it went out. */
interface Sent {
  bytes: Uint8Array
  session: number
  counter: number
}

export interface NetworkState {
  sessions: Session[]
  devNonces: Set<number>
  /** Sequences by epoch, with the values that came under them. */
  aired: Map<number, Map<number, string>>
  /** What a gateway has committed, by the first value of the sample. */
  stored: Map<number, string>
  floors: Map<number, number>
  epoch: number | undefined
  last: Sent | undefined
  /** The last with a lamp's command, which is worth more to whoever plays it again. */
  lastLamp: Sent | undefined
  reused: string[]
  corrupt: string[]
}

export const newNetwork = (): NetworkState => ({
  sessions: [],
  devNonces: new Set(),
  aired: new Map(),
  stored: new Map(),
  floors: new Map(),
  epoch: undefined,
  last: undefined,
  lastLamp: undefined,
  reused: [],
  corrupt: [],
})

/** Knows a node that never joins: a join request of it is one too many. */
export const newAbpNetwork = (): NetworkState => ({
  ...newNetwork(),
  sessions: [{ joinNonce: 0, devNonce: NEVER, counters: new Set(), counterDown: 0, dwell: true }],
})

export class Network {
  /** Hears all and answers nothing, as if out of reach. */
  deaf = false
  lamp: LampCommand | undefined
  /** Plays an old downlink again once, instead of a new one; then `onReplay` is called with its counter. */
  replay = false
  onReplay: (counter: number) => void = () => undefined

  constructor(
    readonly state: NetworkState,
    private readonly clock: VirtualClock,
    private readonly air: Air,
    private readonly region: Region,
    private readonly appKey: Uint8Array,
  ) {
    air.onReceived = (uplink) => (uplink.frame.bytes[0]! >> 5 === 0 ? this.join(uplink) : this.data(uplink))
  }

  private join(uplink: ReceivedUplink): void {
    const { appKey, region, state } = this
    const request = parseJoinRequest(uplink.frame.bytes)
    if (state.sessions[0]?.devNonce === NEVER) state.corrupt.push('a join request of a node that never joins')
    if (typeof request === 'string' || !verifyJoinRequest(tableAes, appKey, uplink.frame.bytes))
      return void state.corrupt.push('a join request that cannot be read')
    if (state.devNonces.has(request.devNonce)) state.reused.push(`DevNonce ${request.devNonce}`)
    state.devNonces.add(request.devNonce)
    if (this.deaf) return
    const joinNonce = state.sessions.length + 1
    state.sessions.push({
      joinNonce,
      devNonce: request.devNonce,
      counters: new Set(),
      counterDown: 0,
      dwell: true,
    })
    this.answer(uplink, joinAccept(region, appKey, joinNonce))
  }

  private keysOf({ joinNonce, devNonce }: Session): ReturnType<typeof personal> {
    return devNonce === NEVER ? personal(ABP) : joined(this.appKey, joinNonce, devNonce)
  }

  /** A node whose accept was cut off goes on with the session before. */
  private open(phy: Uint8Array, low: number): { index: number; frame: DataFrame } | undefined {
    const { sessions } = this.state
    for (let index = sessions.length - 1; index >= 0; index--) {
      const session = sessions[index]!
      const next = Math.max(0, ...session.counters)
      const counter = next + (((low - next) << 16) >> 16)
      const frame = openData(this.keysOf(session), phy, counter)
      if (typeof frame !== 'string') return { index, frame: { ...frame, counter } }
    }
    return undefined
  }

  private data(uplink: ReceivedUplink): void {
    const { state } = this
    const header = parseData(uplink.frame.bytes)
    const opened = typeof header === 'string' ? undefined : this.open(uplink.frame.bytes, header.counter)
    if (!opened) return void state.corrupt.push('an uplink that opens under no session')
    const { index, frame } = opened
    const session = state.sessions[index]!
    if (session.counters.has(frame.counter)) state.reused.push(`uplink ${index}/${frame.counter}`)
    session.counters.add(frame.counter)
    this.hear(frame)
    if (this.deaf) return
    const last = state.lastLamp ?? state.last
    if (this.replay && last?.session === index) {
      this.replay = false
      this.answer(uplink, last.bytes)
      return this.onReplay(last.counter)
    }
    const options = macAnswers(this.region, frame, uplink.frame.endMicros, session)
    const answer = this.application(frame)
    const counter = session.counterDown++
    const bytes = sealDown(this.keysOf(session), counter, answer, options)
    state.last = { bytes, session: index, counter }
    if (answer.port === DOWNLINK_PORT.lamp) state.lastLamp = state.last
    this.answer(uplink, bytes)
  }

  /** Takes what the node says: an epoch, or samples. */
  private hear(frame: DataFrame): void {
    const { state } = this
    if (frame.port === UPLINK_PORT.hello) {
      const hello = decodeHello(frame.payload)
      if (typeof hello === 'string') return void state.corrupt.push(`hello: ${hello}`)
      if (this.deaf) return
      state.epoch = hello.epoch
      state.floors.set(hello.epoch, hello.nextSequence)
    } else if (frame.port === UPLINK_PORT.sample || frame.port === UPLINK_PORT.batch) this.hearSamples(frame)
  }

  private hearSamples(frame: DataFrame): void {
    const { state } = this
    const decoded = decodeSamples(frame.port, frame.payload)
    if (typeof decoded === 'string') return void state.corrupt.push(`samples: ${decoded}`)
    const { epoch } = state
    if (epoch === undefined || (epoch & 0xff) !== decoded.epochAlias)
      return void state.corrupt.push(`samples of epoch ${decoded.epochAlias}`)
    const aired = state.aired.get(epoch) ?? new Map<number, string>()
    state.aired.set(epoch, aired)
    const first = extendSequence(
      decoded.sequenceLow,
      Math.max(state.floors.get(epoch)!, ...[...aired.keys()].slice(-40)),
    )
    decoded.samples.forEach(({ values }, i) => {
      const content = values.join()
      if ((aired.get(first + i) ?? content) !== content) state.reused.push(`sequence ${first + i}`)
      aired.set(first + i, content)
      if (!this.deaf) state.stored.set(values[0]!, content)
    })
  }

  /** A lamp's command first, then the acknowledgement. */
  private application(frame: DataFrame): Answer {
    const { lamp, state } = this
    if (lamp && frame.port !== UPLINK_PORT.hello) {
      this.lamp = undefined
      return lampAnswer(lamp)
    }
    const epoch = state.epoch!
    const aired = state.aired.get(epoch)
    const answer = acknowledge(epoch, state.floors.get(epoch)!, (sequence) => {
      const content = aired?.get(sequence)
      return content !== undefined && state.stored.get(parseInt(content, 10)) === content
    })
    state.floors.set(epoch, answer.nextSequence)
    return answer
  }

  private answer(uplink: ReceivedUplink, bytes: Uint8Array): void {
    const say = (setting: LoraSetting): void => void this.air.down(setting, POWER_DBM, bytes)
    inFirstWindow(this.clock, this.region, uplink, say)
  }
}
