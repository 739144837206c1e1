/** The broker inside the gateway, for nodes with Wi-Fi: each knows its own topics and nobody else's.
 *  A node publishes LoRaWAN frames to `fieldnode/<devEui>/up` and gets its own from `.../down`, sealed and counted as over the air, so that neither the
 *  network nor this broker has to be trusted with more than delivery. The PUBACK goes out when the frame's content is committed.
 *  Source: MQTT 3.1.1; aedes, lib/handlers/publish.js (the PUBACK follows `authorizePublish`). Connections time out by the machine's own clock. */
import { timingSafeEqual } from 'node:crypto'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { Aedes, type AuthenticateError, type Client, type PublishPacket, type Subscription } from 'aedes'
import type { Clock } from '../../core/clock.ts'
import { tableAes } from '../../core/lorawan/aes.ts'
import { MQTT_PAYLOAD_BYTES_MAX, mqttPassword } from '../../core/mqttIdentity.ts'
import type { Activity } from '../activity.ts'
import type { Counts } from '../counts.ts'
import type { FieldNode } from '../nodes/node.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Back, Downlink, Uplink } from '../uplink.ts'
import { MqttGate } from './mqttGate.ts'

export interface MqttOptions {
  host: string
  /** 0 = any free one. */
  port: number
  nodes: Nodes
  clock: Clock
  counts: Counts
  activity: Activity
  pipeline: Pipeline
  changed: (node: FieldNode) => void
}

const FRAME_BYTES_MAX = 255
/** A commune has hundreds of nodes; each connection costs some kilobytes. */
const CONNECTIONS_MAX = 2_000
const CONNECT_MS = 10_000
/** A node that sleeps closes its connection, one that doesn't pings every minute. */
const KEEP_ALIVE_SECONDS_MAX = 3_600
/** CONNACK: not authorized (MQTT 3.1.1, table 3.1). */
const NOT_AUTHORIZED = 5

const topicOf = (devEui: string, name: 'up' | 'down' | 'will'): string => `fieldnode/${devEui}/${name}`

/** A downlink comes when it comes: at once, while the node is there. */
class MqttBack implements Back {
  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
    private readonly counts: Counts,
  ) {}

  get arrivesMs(): number {
    return this.clock.now()
  }

  roomBytes(): number | undefined {
    return this.listens ? MQTT_PAYLOAD_BYTES_MAX : undefined
  }

  send({ phy }: Pick<Downlink, 'phy'>): Promise<boolean> {
    const message = {
      cmd: 'publish',
      topic: this.topic,
      payload: Buffer.from(phy),
      qos: 1,
      retain: false,
      dup: false,
    } as const
    return new Promise((resolve) => {
      const finish = (sent: boolean): void => {
        if (!sent) this.counts.refuse('downlink', 'gone')
        resolve(sent)
      }
      if (!this.listens) return finish(false)
      // A connection that ends while it is written to never calls back.
      const gone = (): void => finish(false)
      this.client.conn.once('close', gone)
      this.client.publish(message, (error) => {
        this.client.conn.removeListener('close', gone)
        if (!error) this.counts.add('downlinks.mqtt')
        finish(!error)
      })
    })
  }

  accept(phy: Uint8Array): Promise<boolean> {
    return this.send({ phy })
  }

  sayNow(phy: Uint8Array): Promise<boolean> {
    return this.send({ phy })
  }

  private get topic(): string {
    return topicOf(this.client.id, 'down')
  }

  private get listens(): boolean {
    const { subscriptions } = this.client as unknown as { subscriptions: { [topic: string]: unknown } }
    return !this.client.closed && subscriptions[this.topic] !== undefined
  }
}

export class MqttIngest {
  private broker!: Aedes
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  private constructor(private readonly parts: Omit<MqttOptions, 'host' | 'port'>) {
    this.server = createServer((socket) => this.take(socket))
    this.server.maxConnections = CONNECTIONS_MAX
  }

  /** Rejects when the port is taken. */
  static async open({ host, port, ...parts }: MqttOptions): Promise<MqttIngest> {
    const ingest = new MqttIngest(parts)
    ingest.broker = await Aedes.createBroker({
      connectTimeout: CONNECT_MS,
      keepaliveLimit: KEEP_ALIVE_SECONDS_MAX,
      authenticate: (client, username, password, done) => {
        const known = ingest.knows(client.id, username, password)
        if (!known) parts.counts.refuse('mqtt', 'credentials')
        done(known ? null : Object.assign(new Error('credentials'), refusedCode()), known)
      },
      authorizeSubscribe: (client, subscription, done) =>
        done(null, ingest.subscription(client, subscription)),
      authorizePublish: (client, packet, done) => {
        void ingest
          .publish(client, packet)
          .then((failure) => done(failure === undefined ? null : new Error(failure)))
      },
    })
    ingest.broker.on('clientError', (_, error) => parts.counts.refuse('mqtt', reasonOf(error)))
    ingest.broker.on('connectionError', (_, error) => parts.counts.refuse('mqtt', reasonOf(error)))
    ingest.broker.on('client', (client) => {
      parts.counts.add('mqtt.connections')
      ingest.note(client.id, undefined)
    })
    await new Promise<void>((resolve, reject) => {
      ingest.server.once('error', reject)
      ingest.server.listen(port, host, () => resolve())
    })
    return ingest
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Ends all connections; what was taken is committed by the pipeline. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve))
    await new Promise<void>((resolve) => this.broker.close(() => resolve()))
    // Those that never said who they are are unknown to the broker.
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  private take(socket: Socket): void {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    const gate = new MqttGate()
    gate.on('error', () => socket.destroy())
    const stream = Duplex.from({ readable: socket.pipe(gate), writable: socket })
    stream.on('error', () => undefined)
    stream.once('close', () => socket.destroy())
    this.broker.handle(stream)
  }

  private knows(id: string, username: string | undefined, password: Buffer | undefined): boolean {
    const node = this.parts.nodes.byEui(id)
    if (!node || node.device.link !== 'mqtt' || username !== id || !password) return false
    const right = Buffer.from(mqttPassword(tableAes, node.appKey))
    return password.length === right.length && timingSafeEqual(password, right)
  }

  /** Notes when a node's connection broke off; undefined: it is back. */
  private note(id: string, brokenMs: number | undefined): void {
    const node = this.parts.nodes.byEui(id)
    if (!node || node.brokenMs === brokenMs) return
    node.brokenMs = brokenMs
    this.parts.changed(node)
  }

  /** Its own downlinks are all that a node may ask for; null refuses by the SUBACK and leaves the connection. */
  private subscription(client: Client, subscription: Subscription): Subscription | null {
    if (subscription.topic === topicOf(client.id, 'down')) return subscription
    this.parts.counts.refuse('mqtt', 'subscribe')
    return null
  }

  /** Undefined when the message is taken care of; else why the connection must end without a PUBACK. */
  private async publish(client: Client | null, packet: PublishPacket): Promise<string | undefined> {
    const { counts, clock, pipeline, activity } = this.parts
    // The broker keeps nothing: what counts is in the store.
    packet.retain = false
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    if (client && packet.topic === topicOf(client.id, 'will')) {
      counts.add('mqtt.lost')
      this.note(client.id, clock.now())
      return undefined
    }
    const refusal = !client || packet.topic !== topicOf(client.id, 'up') ? 'topic' : sizeRefusal(payload)
    if (refusal) {
      counts.refuse('mqtt', refusal)
      return refusal
    }
    counts.add('uplinks')
    const uplink: Uplink = {
      phy: new Uint8Array(payload),
      link: 'mqtt',
      from: client!.id,
      receivedMs: clock.now(),
      receptions: [],
      back: new MqttBack(client!, clock, counts),
    }
    const kept = await activity.during(() => pipeline(uplink))
    return kept ? undefined : 'store'
  }
}

const sizeRefusal = (payload: Buffer): string | undefined =>
  payload.length === 0 || payload.length > FRAME_BYTES_MAX ? 'size' : undefined

const refusedCode = (): Pick<AuthenticateError, 'returnCode'> => ({ returnCode: NOT_AUTHORIZED })

/** Why a connection ended, in one of few words: the broker's own texts carry what came. */
function reasonOf({ message }: Error): string {
  return message === 'topic' || message === 'store' || message === 'credentials' ? 'closed' : 'protocol'
}
