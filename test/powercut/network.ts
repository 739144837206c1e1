/** A network of one gateway that judges what it hears: a DevNonce, an uplink counter or a sample's sequence that comes twice is `reused`, and so is a
 *  downlink counter that a node takes twice. All it knows is plain data, so that a life can be gone on with from any of its moments. */
import { openData, parseData, type DataFrame } from '../../core/lorawan/frame.ts'
import { decodeHello, DOWNLINK_PORT, UPLINK_PORT, type LampCommand } from '../../core/packet/index.ts'
import type { Region } from '../../core/regions/index.ts'
import {
  acknowledge,
  carriesSamples,
  DEV_ADDR,
  devNonceOf,
  isJoin,
  joinAccept,
  joined,
  lampAnswer,
  macAnswers,
  personal,
  samplesOf,
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
  /** The node said that it has it: over MQTT alone. */
  taken: boolean
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
  /** Plays an old downlink again once, instead of a new one; then `onReplay` is called with it. */
  replay = false
  onReplay: (again: Readonly<Sent>) => void = () => undefined

  constructor(
    readonly state: NetworkState,
    private readonly region: Region,
    private readonly appKey: Uint8Array,
    /** Its MAC commands are for a radio: over MQTT it leaves the dwell limit as it is. */
    private readonly overAir: boolean,
  ) {}

  /** The answer to a frame that ended at `endMicros`, if there is one. */
  hear(phy: Uint8Array, endMicros: number): Uint8Array | undefined {
    return isJoin(phy) ? this.join(phy) : this.data(phy, endMicros)
  }

  private join(phy: Uint8Array): Uint8Array | undefined {
    const { appKey, overAir, region, state } = this
    const devNonce = devNonceOf(appKey, phy)
    if (state.sessions[0]?.devNonce === NEVER) state.corrupt.push('a join request of a node that never joins')
    if (devNonce === undefined) return void state.corrupt.push('a join request that cannot be read')
    if (state.devNonces.has(devNonce)) state.reused.push(`DevNonce ${devNonce}`)
    state.devNonces.add(devNonce)
    if (this.deaf) return undefined
    const joinNonce = state.sessions.length + 1
    state.sessions.push({ joinNonce, devNonce, counters: new Set(), counterDown: 0, dwell: overAir })
    return joinAccept(region, appKey, joinNonce)
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

  private data(phy: Uint8Array, endMicros: number): Uint8Array | undefined {
    const { state } = this
    const header = parseData(phy)
    const opened = typeof header === 'string' ? undefined : this.open(phy, header.counter)
    if (!opened) return void state.corrupt.push('an uplink that opens under no session')
    const { index, frame } = opened
    const session = state.sessions[index]!
    if (session.counters.has(frame.counter)) state.reused.push(`uplink ${index}/${frame.counter}`)
    session.counters.add(frame.counter)
    this.take(frame)
    if (this.deaf) return undefined
    const last = state.lastLamp ?? state.last
    if (this.replay && last?.session === index) {
      this.replay = false
      this.onReplay(last)
      return last.bytes
    }
    const options = macAnswers(this.region, frame, endMicros, session)
    const answer = this.application(frame)
    const counter = session.counterDown++
    const bytes = sealDown(this.keysOf(session), counter, answer, options)
    state.last = { bytes, session: index, counter, taken: false }
    if (answer.port === DOWNLINK_PORT.lamp) state.lastLamp = state.last
    return bytes
  }

  /** The node has this downlink. */
  taken(bytes: Uint8Array): void {
    const { last, lastLamp } = this.state
    for (const sent of [last, lastLamp]) if (sent && sent.bytes.join() === bytes.join()) sent.taken = true
  }

  /** Takes what the node says: an epoch, or samples. */
  private take(frame: DataFrame): void {
    const { state } = this
    if (frame.port === UPLINK_PORT.hello) {
      const hello = decodeHello(frame.payload)
      if (typeof hello === 'string') return void state.corrupt.push(`hello: ${hello}`)
      if (this.deaf) return
      state.epoch = hello.epoch
      state.floors.set(hello.epoch, hello.nextSequence)
    } else if (carriesSamples(frame)) this.takeSamples(frame)
  }

  private takeSamples(frame: DataFrame): void {
    const { state } = this
    const { epoch } = state
    const aired = state.aired.get(epoch ?? 0) ?? new Map<number, string>()
    const heard = samplesOf(
      frame,
      Math.max(state.floors.get(epoch ?? 0) ?? 0, ...[...aired.keys()].slice(-40)),
    )
    if (typeof heard === 'string') return void state.corrupt.push(`samples: ${heard}`)
    if (epoch === undefined || (epoch & 0xff) !== heard.epochAlias)
      return void state.corrupt.push(`samples of epoch ${heard.epochAlias}`)
    state.aired.set(epoch, aired)
    for (const { sequence, values } of heard.samples) {
      const content = values.join()
      if ((aired.get(sequence) ?? content) !== content) state.reused.push(`sequence ${sequence}`)
      aired.set(sequence, content)
      if (!this.deaf) state.stored.set(values[0]!, content)
    }
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
}
