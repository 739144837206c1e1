/** The UDP server that forwarders speak to: answers their datagrams at once and hands them frames to send.
 *  Source: Semtech packet_forwarder, PROTOCOL.TXT. A datagram that cannot be read is counted by reason and stops nothing. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Clock } from '../../core/clock.ts'
import type { Activity } from '../activity.ts'
import type { Counts } from '../counts.ts'
import {
  parseDatagram,
  pullAck,
  pullResp,
  pushAck,
  type Datagram,
  type Transmission,
  type TxResult,
} from './gwmp.ts'
import type { Rxpk } from './rxpk.ts'

export interface ForwardersOptions {
  host: string
  port: number
  clock: Clock
  activity: Activity
  counts: Counts
  heard: (received: Rxpk) => void
}

/** `SILENT`: the forwarder never said what became of the frame; `UNREACHABLE`: it never asked for frames, or the socket failed. */
export type SendResult = TxResult | 'SILENT' | 'UNREACHABLE'

/** A forwarder answers from its queue, before the frame is on the air. */
const TX_ACK_MS_MAX = 3000
/** Who may be remembered: a flood of made-up EUIs must not fill the memory. */
const FORWARDERS_MAX = 1000
const RTT_SAMPLES = 20

interface Forwarder {
  address: string
  port: number
  /** The last times between PULL_RESP and TX_ACK. */
  rttsMs: number[]
  /** Their 90th percentile, 0 while there are none. */
  rttMs: number
}

interface Pending {
  gateway: string
  sentMs: number
  done: (result: SendResult) => void
}

export class Forwarders {
  private readonly socket: Socket
  private readonly known = new Map<string, Forwarder>()
  private readonly pending = new Map<number, Pending>()
  private nextToken = 0
  private closed = false

  private constructor(private readonly options: ForwardersOptions) {
    this.socket = createSocket('udp4')
    this.socket.on('message', (bytes, from) => this.receive(bytes, from))
    this.socket.on('error', () => options.counts.refuse('udp', 'socket'))
  }

  /** Opens the port; rejects when it is taken. */
  static async open(options: ForwardersOptions): Promise<Forwarders> {
    const forwarders = new Forwarders(options)
    forwarders.socket.bind(options.port, options.host)
    await once(forwarders.socket, 'listening')
    return forwarders
  }

  get port(): number {
    return this.socket.address().port
  }

  /** Whether the forwarder has asked for frames, so that one can be sent through it. */
  reachable(gateway: string): boolean {
    return this.known.has(gateway)
  }

  /** How long a frame takes to the forwarder: the 90th percentile of its last answers, 0 while there are none. */
  rttMs(gateway: string): number {
    return this.known.get(gateway)?.rttMs ?? 0
  }

  /** Hands a frame to a forwarder and resolves with what it says. Counts as work under way until then. */
  send(gateway: string, frame: Transmission): Promise<SendResult> {
    const { clock, activity, counts } = this.options
    const forwarder = this.known.get(gateway)
    if (!forwarder || this.closed) return Promise.resolve('UNREACHABLE')
    const token = this.nextToken
    this.nextToken = (token + 1) & 0xffff
    counts.add('gwmp.pullResp')
    const answered = (resolve: (result: SendResult) => void): void => {
      const done = (result: SendResult): void => {
        if (!this.pending.delete(token)) return
        cancel()
        resolve(result)
      }
      const cancel = clock.setTimer(TX_ACK_MS_MAX, () => done('SILENT'))
      this.pending.set(token, { gateway, sentMs: clock.now(), done })
      this.socket.send(pullResp(token, frame), forwarder.port, forwarder.address, (error) => {
        if (error) done('UNREACHABLE')
      })
    }
    return activity.during(() => new Promise(answered))
  }

  close(): Promise<void> {
    if (this.closed) return Promise.resolve()
    this.closed = true
    for (const pending of [...this.pending.values()]) pending.done('SILENT')
    return new Promise((resolve) => this.socket.close(() => resolve()))
  }

  private receive(bytes: Uint8Array, from: RemoteInfo): void {
    const datagram = parseDatagram(bytes, this.options.clock.now())
    if (typeof datagram === 'string') return this.options.counts.refuse('gwmp', datagram)
    this.options.counts.add(`gwmp.${datagram.kind}`)
    if (datagram.kind === 'pushData') this.onPush(datagram, from)
    if (datagram.kind === 'pullData') this.onPull(datagram, from)
    if (datagram.kind === 'txAck') this.onTxAck(datagram)
  }

  private onPush(push: Datagram & { kind: 'pushData' }, from: RemoteInfo): void {
    this.answer(pushAck(push.token), from)
    if (push.error) this.options.counts.refuse('gwmp', push.error)
    for (const reason of push.refused) this.options.counts.refuse('rxpk', reason)
    for (const received of push.received) this.options.heard(received)
  }

  private onPull(pull: Datagram & { kind: 'pullData' }, from: RemoteInfo): void {
    const forwarder = this.known.get(pull.gateway)
    if (!forwarder && this.known.size >= FORWARDERS_MAX)
      return this.options.counts.refuse('gwmp', 'forwarders')
    if (forwarder) Object.assign(forwarder, { address: from.address, port: from.port })
    else this.known.set(pull.gateway, { address: from.address, port: from.port, rttsMs: [], rttMs: 0 })
    this.answer(pullAck(pull.token), from)
  }

  private onTxAck(ack: Datagram & { kind: 'txAck' }): void {
    const pending = this.pending.get(ack.token)
    if (!pending || pending.gateway !== ack.gateway) return this.options.counts.refuse('gwmp', 'token')
    const forwarder = this.known.get(ack.gateway)!
    const { rttsMs } = forwarder
    if (rttsMs.push(this.options.clock.now() - pending.sentMs) > RTT_SAMPLES) rttsMs.shift()
    forwarder.rttMs = [...rttsMs].sort((a, b) => a - b)[Math.floor(rttsMs.length * 0.9)]!
    pending.done(ack.result)
  }

  private answer(bytes: Uint8Array, to: RemoteInfo): void {
    if (this.closed) return
    this.socket.send(bytes, to.port, to.address, (error) => {
      if (error) this.options.counts.refuse('udp', 'answer')
    })
  }
}
