/** A node with Wi-Fi for tests, by an MQTT client that is not ours. */
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { mqttPassword } from '../../../core/mqttIdentity.ts'
import { TestDevice } from '../testDevice.ts'

export class WifiNode {
  readonly downlinks: Uint8Array[] = []
  private waiting: (() => void)[] = []

  private constructor(
    readonly device: TestDevice,
    readonly client: MqttClient,
  ) {
    client.setMaxListeners(0)
    client.on('error', () => undefined)
    client.on('message', (_, payload) => {
      this.downlinks.push(payload)
      this.waiting.splice(0).forEach((resume) => resume())
    })
  }

  static credentials({ registration }: TestDevice): IClientOptions {
    const { devEui, appKey } = registration
    const password = mqttPassword(tableAes, Buffer.from(appKey, 'hex'))
    const will = { topic: `fieldnode/${devEui}/will`, payload: Buffer.of(0), qos: 1, retain: false } as const
    return { clientId: devEui, username: devEui, password, clean: true, reconnectPeriod: 0, will }
  }

  /** Connected and subscribed. Rejects with the broker's refusal. */
  static async open(port: number, device: TestDevice, options: IClientOptions = {}): Promise<WifiNode> {
    const client = connect(`mqtt://127.0.0.1:${port}`, { ...WifiNode.credentials(device), ...options })
    const node = new WifiNode(device, client)
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', reject)
      client.once('close', () => reject(new Error('closed')))
    })
    await client.subscribeAsync(node.topic('down'), { qos: 1 })
    return node
  }

  topic(name: string): string {
    return `fieldnode/${this.device.registration.devEui}/${name}`
  }

  /** Resolves with the PUBACK, rejects when the connection ends without one. */
  publish(payload: Uint8Array, topic = this.topic('up')): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.once('close', () => reject(new Error('closed')))
      this.client.publish(topic, Buffer.from(payload), { qos: 1 }, (error) =>
        error ? reject(error) : resolve(),
      )
    })
  }

  /** The next downlink that nobody took yet. */
  async downlink(): Promise<Uint8Array> {
    while (this.downlinks.length === 0) await new Promise<void>((resume) => this.waiting.push(resume))
    return this.downlinks.shift()!
  }

  /** There and back: what the broker was ready to say before has come then. */
  async roundTrip(): Promise<void> {
    await this.client.subscribeAsync(this.topic('down'), { qos: 1 })
  }

  async join(): Promise<void> {
    await this.publish(this.device.joinRequest())
    this.device.join(await this.downlink())
  }

  async close(): Promise<void> {
    await this.client.endAsync(true)
  }
}
