/** Wi-Fi and a broker in virtual time, for one node whose power fails thousands of times: no socket of this computer is opened. The broker is as small as that
 *  needs: it lets the node in by its password, takes its one subscription, and hands what it publishes to a network whose answer it publishes.
 *  What a node wrote has left it, whatever becomes of the node; what comes back to a program that has ended is lost, as its subscription is (clean session).
 *  Source: OASIS MQTT Version 3.1.1, chapter 3. How a node gets on with a real broker is tested elsewhere (test/sim/mqtt.test.ts). */
import { tableAes } from '../../core/lorawan/aes.ts'
import { mqttId, mqttPassword, mqttTopics } from '../../core/mqttIdentity.ts'
import { encodeNetworkSettings, type NetworkSettings } from '../../core/networkSettings.ts'
import type { Settings } from '../../core/settings.ts'
import type { Network, Socket, SocketEvents } from '../../firmware/hal/network.ts'
import type { Machine } from '../../sim/machine.ts'

export const WIFI: NetworkSettings = {
  ssid: 'Xa',
  password: 'mot hai ba',
  host: '10.0.0.1',
  port: 1883,
}

/** As in sim/tcp.ts. */
const ASSOCIATE_MICROS = 800_000
const DHCP_MICROS = 2_000_000
const REFUSED_MICROS = 6_000_000
const LATENCY_MICROS = 5_000
const LEASE = '10.0.0.17 255.255.255.0 10.0.0.1'

const CONNECT = 0x10
/** PUBLISH with QoS 1. */
const PUBLISH = 0x32
const PUBACK = 0x40
const SUBSCRIBE = 0x82
const PINGREQ = 0xc0
const DISCONNECT = 0xe0
const CONNACK = [0x20, 2, 0, 0]
const PINGRESP = [0xd0, 0]
const QOS1 = 1

/** A packet with its head, of up to 16,383 bytes behind it. */
function packetOf(first: number, body: readonly number[]): Uint8Array {
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
  return Uint8Array.from([first, ...length, ...body])
}

/** One connection, as the broker has it. */
interface Line {
  say(bytes: Uint8Array): void
  subscribed: boolean
  /** What was published to the node, by its packet id, from 1. */
  readonly sent: Uint8Array[]
}

export class Broker implements Network {
  /** The access point and the broker have power. */
  up = true
  /** Addresses that were asked for. */
  leases = 0
  /** Times there was no access point. */
  refusals = 0
  private readonly topics: string
  private readonly password: string

  constructor(
    private readonly machine: Machine,
    settings: Pick<Settings, 'devEui' | 'appKey'>,
    /** The answer to a frame, if there is one. */
    private readonly hear: (phy: Uint8Array) => Uint8Array | undefined,
    /** Called with an answer that the node says to have. */
    private readonly taken: (answer: Uint8Array) => void,
  ) {
    this.topics = mqttTopics(settings.devEui)
    this.password = `${mqttId(settings.devEui)}\0 ${mqttPassword(tableAes, settings.appKey)}`
  }

  settings(): Uint8Array {
    return encodeNetworkSettings(WIFI)
  }

  join(_ssid: string, _password: string, lease: string, done: (lease: string | undefined) => void): void {
    const { machine, up } = this
    machine.spend(machine.costs.callMicros)
    if (lease === '') this.leases++
    if (!up) this.refusals++
    const tookMicros = ASSOCIATE_MICROS + (lease === '' ? DHCP_MICROS : 0)
    this.tell(up ? tookMicros : REFUSED_MICROS, () => done(up ? lease || LEASE : undefined))
  }

  leave(): void {
    this.machine.spend(this.machine.costs.callMicros)
  }

  connect(_host: string, _port: number, events: SocketEvents): Socket | undefined {
    const { machine } = this
    machine.spend(machine.costs.callMicros)
    if (!this.up) return undefined
    const line: Line = {
      say: (bytes) => this.tell(LATENCY_MICROS, () => events.received(bytes)),
      ...{ subscribed: false, sent: [] },
    }
    this.tell(LATENCY_MICROS, () => events.opened())
    return {
      write: (bytes) => {
        machine.spend(machine.costs.callMicros)
        const packet = Uint8Array.from(bytes)
        machine.clock.at(machine.cpuMicros() + LATENCY_MICROS, () => this.take(line, packet))
      },
      end: () => machine.spend(machine.costs.callMicros),
    }
  }

  /** Tells the program that runs now, should it run then. */
  private tell(inMicros: number, run: () => void): void {
    const { machine } = this
    const { program } = machine
    machine.clock.at(machine.cpuMicros() + inMicros, () => machine.enter(run, program))
  }

  /** A packet of the node, which writes each of them at once. Without power nobody hears it, nor is a connection closed. */
  private take(line: Line, packet: Uint8Array): void {
    if (!this.up) return
    const body = packet.subarray(packet[1]! < 128 ? 2 : 3)
    const id = [body[0]!, body[1]!]
    if (packet[0] === CONNECT && this.admits(body)) line.say(packetOf(CONNACK[0]!, CONNACK.slice(2)))
    else if (packet[0] === SUBSCRIBE) {
      line.subscribed = Buffer.from(body).toString('latin1').includes(`${this.topics}down`)
      line.say(packetOf(0x90, [...id, QOS1]))
    } else if (packet[0] === PUBLISH) this.takePublish(line, body)
    else if (packet[0] === PINGREQ) line.say(Uint8Array.from(PINGRESP))
    else if (packet[0] === PUBACK) this.taken(line.sent[id[0]! * 256 + id[1]! - 1]!)
    else if (packet[0] !== DISCONNECT) throw new Error(`a packet that no node should write: ${packet.join()}`)
  }

  /** The password ends the packet, behind the user name; between them stands its length. */
  private admits(body: Uint8Array): boolean {
    return Buffer.from(body).toString('latin1').endsWith(this.password)
  }

  /** The gateway has stored what it answers to, and so the broker's own word comes behind the answer. */
  private takePublish(line: Line, body: Uint8Array): void {
    const end = 2 + this.topics.length + 'up'.length
    const topic = Buffer.from(body.subarray(2, end)).toString('latin1')
    if (topic !== `${this.topics}up`) throw new Error(`published on ${topic}`)
    const answer = this.hear(body.slice(end + 2))
    if (answer && line.subscribed) {
      const down = `${this.topics}down`
      const id = line.sent.push(answer)
      const topicField = [0, down.length, ...Buffer.from(down)]
      line.say(packetOf(PUBLISH, [...topicField, id >> 8, id & 0xff, ...answer]))
    }
    line.say(packetOf(PUBACK, [body[end]!, body[end + 1]!]))
  }
}
