/** Wi-Fi and TCP of simulated machines: real sockets on this computer, virtual time on the nodes.
 *  What a node writes goes out at once; what comes back is heard LATENCY_MICROS of virtual time after the moment at which the node, or the run, last did
 *  something, and virtual time stands still until nothing more comes (`Wire.answered`). So a run depends neither on the machine's speed nor on a
 *  socket's. Joining an access point takes virtual time only. */
import { connect, type Socket as RealSocket } from 'node:net'
import type { Network, Socket, SocketEvents } from '../firmware/hal/network.ts'
import type { Machine } from './machine.ts'

/** Source: field reports of ESP32 nodes (0.8 s with a static address, 2.5 to 3 s by DHCP), and of what a chip that finds no access point takes. */
const ASSOCIATE_MICROS = 800_000
const DHCP_MICROS = 2_000_000
const REFUSED_MICROS = 6_000_000
const LATENCY_MICROS = 5_000
const WRITTEN_BYTE_MICROS = 10
/** A frame at the slowest rate, 1 Mb/s: long preamble, then the bytes with their heads of 802.11 (24), LLC (8), IPv4 (20), TCP (20) and a CRC (4). Every piece of
 *  what comes in is acknowledged by an empty one. Source: IEEE 802.11-2020, clause 15; that a chip goes as slow is the worst case. */
const PREAMBLE_MICROS = 192
const HEADS_BYTES = 76
const AIR_BYTE_MICROS = 8
/** What a station sends until it has joined: authentication, association, two of the four EAPOL frames, and by DHCP two more with an ARP; an estimate. */
const ASSOCIATE_SENT_MICROS = 8_000
/** Turns of the event loop without a word on any socket: what was on its way within this computer has arrived. */
const QUIET_TURNS = 100
const LEASE = '10.0.0.17 255.255.255.0 10.0.0.1'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** What all nodes of a run share: the access point, and the hold on virtual time. */
export class Wire {
  /** The access point has power and knows the password. */
  up = true
  /** Counts what happened on the sockets. */
  private happened = 0
  private seen = 0
  /** Sockets that wait to be accepted. */
  calling = 0

  /** `settled` resolves when the gateway has done all that reached it. */
  constructor(private readonly settled: () => Promise<void> = () => Promise.resolve()) {}

  touch(): void {
    this.happened++
  }

  /** For the clock's `afterEach`: undefined when nothing happened since the last time, else a promise that all answers are here. */
  answered(): Promise<void> | undefined {
    return this.happened === this.seen && this.calling === 0 ? undefined : this.quiet()
  }

  private async quiet(): Promise<void> {
    for (let still = 0; still < QUIET_TURNS || this.calling > 0; still++) {
      if (this.happened !== this.seen) {
        this.seen = this.happened
        await this.settled()
        still = 0
      }
      await turn()
    }
  }
}

/** The Network of one machine. */
export class SimNetwork implements Network {
  private readonly sockets = new Set<RealSocket>()
  /** Joins that were asked for an address, and those that came with one. */
  readonly joins: { lease: string }[] = []
  onState: (state: 'on' | 'sending' | 'off', atMicros: number) => void = () => undefined
  /** Hears what the node writes. */
  onWrite: (bytes: Uint8Array, atMicros: number) => void = () => undefined

  constructor(
    private readonly machine: Machine,
    private readonly wire: Wire,
    private readonly record: () => Uint8Array | undefined,
  ) {}

  settings(): Uint8Array | undefined {
    return this.record()
  }

  join(_ssid: string, _password: string, lease: string, done: (lease: string | undefined) => void): void {
    const { machine, wire } = this
    machine.spend(machine.costs.callMicros)
    this.sendFor(ASSOCIATE_SENT_MICROS)
    this.joins.push({ lease })
    const { program } = machine
    const took = ASSOCIATE_MICROS + (lease === '' ? DHCP_MICROS : 0)
    const until = machine.cpuMicros() + (wire.up ? took : REFUSED_MICROS)
    machine.clock.at(until, () => machine.enter(() => done(wire.up ? lease || LEASE : undefined), program))
  }

  leave(): void {
    this.machine.spend(this.machine.costs.callMicros)
    this.cut(this.machine.cpuMicros())
  }

  connect(host: string, port: number, events: SocketEvents): Socket | undefined {
    const { machine, wire, sockets } = this
    machine.spend(machine.costs.callMicros)
    if (!wire.up) return undefined
    const { program } = machine
    const real = connect({ host, port, noDelay: true })
    sockets.add(real)
    wire.calling++
    let called = true
    const accepted = (): void => {
      if (called) wire.calling--
      called = false
      wire.touch()
    }
    const tell = (run: () => void): void => {
      wire.touch()
      machine.clock.at(machine.clock.nowMicros() + LATENCY_MICROS, () => machine.enter(run, program))
    }
    real.on('connect', () => {
      accepted()
      tell(() => events.opened())
    })
    real.on('data', (bytes) =>
      tell(() => {
        this.sendFrame(0)
        events.received(Uint8Array.from(bytes))
      }),
    )
    real.on('error', accepted)
    real.on('close', () => {
      accepted()
      sockets.delete(real)
      tell(() => events.closed())
    })
    return {
      write: (bytes) => {
        machine.spend(machine.costs.callMicros + bytes.length * WRITTEN_BYTE_MICROS)
        this.sendFrame(bytes.length)
        this.onWrite(bytes, machine.cpuMicros())
        wire.touch()
        if (real.writable) real.write(Uint8Array.from(bytes))
      },
      end: () => {
        machine.spend(machine.costs.callMicros)
        wire.touch()
        real.end()
      },
    }
  }

  private sendFrame(bytes: number): void {
    this.sendFor(PREAMBLE_MICROS + (HEADS_BYTES + bytes) * AIR_BYTE_MICROS)
  }

  private sendFor(micros: number): void {
    const now = this.machine.cpuMicros()
    this.onState('sending', now)
    this.onState('on', now + micros)
  }

  /** Wi-Fi is off, by the program or because it has ended: what was open is torn down without a word. */
  cut(atMicros: number): void {
    for (const socket of this.sockets) socket.destroy()
    this.onState('off', atMicros)
  }
}
