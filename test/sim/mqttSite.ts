/** A broker (aedes) on a real socket with a small gateway behind it, for simulated nodes with Wi-Fi: it joins a node, stores and acknowledges its samples. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { tableAes } from '../../core/lorawan/aes.ts'
import { mqttId, mqttPassword, mqttTopics } from '../../core/mqttIdentity.ts'
import type { Settings } from '../../core/settings.ts'

const HOST = '127.0.0.1'

/** What a connection gets instead of a broker. */
export type Manner = 'broker' | 'silent' | 'garbage'

export class MqttSite {
  port = 0
  manner: Manner = 'broker'
  /** Connections accepted, clients that the broker let in, wills it published. */
  accepted = 0
  clients = 0
  wills = 0
  /** Frames of the node, as the broker took them. */
  readonly frames: Uint8Array[] = []
  /** What becomes of a frame: the answer to it. */
  hear: (phy: Uint8Array) => Uint8Array | undefined = () => undefined
  private broker: Aedes | undefined
  private server: Server | undefined
  private readonly sockets = new Set<Socket>()

  constructor(private readonly settings: Pick<Settings, 'devEui' | 'appKey'>) {}

  async start(): Promise<void> {
    const broker = (this.broker = await Aedes.createBroker())
    const topics = mqttTopics(this.settings.devEui)
    const password = mqttPassword(tableAes, this.settings.appKey)
    broker.authenticate = (client, username, given, done) => {
      const known = client.id === mqttId(this.settings.devEui) && username === client.id
      done(null, known && given?.toString() === password)
    }
    broker.authorizeSubscribe = (_client, subscription, done) =>
      done(null, subscription.topic === `${topics}down` ? subscription : null)
    broker.on('clientReady', () => this.clients++)
    broker.on('publish', (packet, client) => {
      if (packet.topic === `${topics}will`) this.wills++
      if (!client || packet.topic !== `${topics}up`) return
      const phy = Uint8Array.from(packet.payload as Buffer)
      this.frames.push(phy)
      const answer = this.hear(phy)
      if (answer) this.say(answer)
    })
    const server = (this.server = createServer({ noDelay: true }, (socket) => this.accept(socket)))
    await new Promise<void>((resolve) => server.listen(this.port, HOST, resolve))
    this.port = (server.address() as AddressInfo).port
  }

  /** Publishes to the node. */
  say(payload: Uint8Array): void {
    const topic = `${mqttTopics(this.settings.devEui)}down`
    const packet = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos: 1,
      dup: false,
      retain: false,
    } as const
    this.broker!.publish(packet, () => undefined)
  }

  private accept(socket: Socket): void {
    this.accepted++
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    if (this.manner === 'broker') this.broker!.handle(socket)
    else if (this.manner === 'garbage') socket.write(Buffer.alloc(600, 0xa5))
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)))
    await new Promise<void>((resolve) => (this.broker ? this.broker.close(resolve) : resolve()))
    this.server = this.broker = undefined
  }
}
