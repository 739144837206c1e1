/** A node that takes an update, as far as the gateway can tell: it wants what it lacks and keeps what comes. Its radio may lose, repeat and reorder. */
import { DOWNLINK_PORT, UPLINK_PORT } from '../../../core/packet/index.ts'
import {
  decodeUpdateDownlink,
  encodeUpdateState,
  encodeWanted,
  UPDATE_REASON,
  UPDATE_STATE,
  type Offer,
} from '../../../core/update/message.ts'
import type { DeviceRequest } from '../../../gateway/api/types.ts'
import { WifiNode } from '../ingest/wifiNode.ts'
import { registration, type Site } from '../site.ts'
import { TestDevice } from '../testDevice.ts'

/** What becomes of the downlinks that came together. */
export type Radio = <T>(messages: T[]) => T[]

const asTheyCame: Radio = (messages) => messages
const MASK_BYTES = 8

export class UpdateNode {
  wifi!: WifiNode
  offer: Offer | undefined
  readonly pieces = new Map<number, Uint8Array>()
  /** Pieces that came, those that came again counted again. */
  heard = 0
  cancelled: number[] = []
  /** Ports of all that came, in order. */
  readonly ports: number[] = []
  private lastCounter = -1
  radio = asTheyCame

  private constructor(
    private readonly site: Site,
    readonly device: TestDevice,
  ) {}

  /** Registered, joined, and its hello is answered. */
  static async open(site: Site, number: number, rest: Partial<DeviceRequest> = {}): Promise<UpdateNode> {
    const device = new TestDevice(registration(number, { link: 'mqtt', ...rest }))
    await site.gateway.register(device.registration)
    const node = new UpdateNode(site, device)
    await node.connect()
    await node.wifi.join()
    await node.say(device.hello())
    return node
  }

  get eui(): string {
    return this.device.registration.devEui
  }

  get count(): number {
    const { ticketBytes, bundleBytes, pieceBytes } = this.offer!
    return Math.ceil((ticketBytes + bundleBytes) / pieceBytes)
  }

  get whole(): boolean {
    return this.offer !== undefined && this.pieces.size === this.count
  }

  get stream(): Buffer {
    return Buffer.concat(Array.from({ length: this.count }, (_, index) => this.pieces.get(index)!))
  }

  async connect(): Promise<void> {
    this.wifi = await WifiNode.open(this.site.gateway.mqttPort, this.device)
  }

  async vanish(): Promise<void> {
    await this.wifi.close()
  }

  /** Publishes a frame and hears what comes at once. */
  async say(phy: Uint8Array): Promise<void> {
    await this.wifi.publish(phy)
    await this.hear()
  }

  /** An ordinary uplink: something on a port that nobody reads. */
  ping(): Promise<void> {
    return this.say(this.device.uplink(200, new Uint8Array(1)))
  }

  /** Takes all that the gateway has said up to now. */
  async hear(): Promise<void> {
    await this.site.gateway.settled()
    await this.wifi.roundTrip()
    const messages: Uint8Array[] = []
    for (const phy of this.wifi.downlinks.splice(0)) {
      const frame = this.device.open(phy)
      // A counter that comes twice, or after a higher one, is a replay to a node.
      if (frame.counter <= this.lastCounter)
        throw new Error(`counter ${frame.counter} after ${this.lastCounter}`)
      this.lastCounter = frame.counter
      this.ports.push(frame.port)
      if (frame.port === DOWNLINK_PORT.update) messages.push(frame.payload)
    }
    for (const message of this.radio(messages)) this.take(message)
  }

  want(over: Partial<Parameters<typeof encodeWanted>[0]> = {}): Promise<void> {
    return this.say(this.wantFrame(over))
  }

  wantFrame(over: Partial<Parameters<typeof encodeWanted>[0]> = {}): Uint8Array {
    const first = this.firstMissing()
    const mask = new Uint8Array(MASK_BYTES)
    for (let bit = 0; bit < 8 * MASK_BYTES; bit++)
      if (!this.pieces.has(first + bit)) mask[bit >> 3]! |= 0x80 >> (bit & 7)
    const wanted = { transfer: this.offer!.transfer, received: this.pieces.size, of: this.count, first, mask }
    return this.device.uplink(UPLINK_PORT.update, encodeWanted({ ...wanted, ...over }))
  }

  report(
    state: keyof typeof UPDATE_STATE,
    version: number,
    reason: keyof typeof UPDATE_REASON = 'none',
    transfer = this.offer!.transfer,
  ): Promise<void> {
    const said = { transfer, state: UPDATE_STATE[state], reason: UPDATE_REASON[reason], version }
    return this.say(this.device.uplink(UPLINK_PORT.update, encodeUpdateState(said)))
  }

  /** Wants, and waits as a node does, until it has all of it; how often it wanted. */
  async takeAll(rounds = 200): Promise<number> {
    for (let round = 0; round < rounds; round++) {
      if (this.whole) return round
      await this.want()
      await this.site.pass(7_000)
      await this.hear()
    }
    throw new Error(`${this.pieces.size} of ${this.count} after ${rounds} rounds`)
  }

  private firstMissing(): number {
    let first = 0
    while (this.pieces.has(first)) first++
    return first
  }

  private take(bytes: Uint8Array): void {
    const message = decodeUpdateDownlink(bytes)
    if (typeof message === 'string') throw new Error(message)
    if (message.kind === 'cancel') {
      this.cancelled.push(message.transfer)
      return
    }
    if (message.kind === 'offer') {
      if (message.transfer !== this.offer?.transfer) this.pieces.clear()
      this.offer = message
      return
    }
    if (message.transfer !== this.offer?.transfer) return
    this.heard++
    this.pieces.set(message.index, Uint8Array.from(message.bytes))
  }
}
