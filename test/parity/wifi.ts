/** Espruino's modules `Wifi` and `net` over the simulator's network, with everything that is said written down. */
import type { Hal } from '../../firmware/hal/index.ts'
import type { Socket } from '../../firmware/hal/network.ts'
import type { Entry } from './transcript.ts'

const NO_BYTES = new Uint8Array(0)
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

interface Address {
  ip: string
  netmask: string
  gw: string
}

/** Puts an entry down and then does what it says. */
type Say = <T>(entry: Entry, act: () => T) => T

export class EspruinoWifi {
  private lease = ''
  private sockets = 0

  constructor(
    private readonly hal: Hal,
    private readonly say: Say,
  ) {}

  readonly Wifi = {
    setIP: ({ ip, netmask, gw }: Address, _done: () => void): void => {
      this.lease = [ip, netmask, gw].join(' ')
      this.say({ call: 'Wifi.setIP', numbers: [], bytes: bytesOf(this.lease) }, () => undefined)
    },
    connect: (ssid: string, options: { password: string }, done: (error: string | null) => void): void => {
      const joined = (lease: string | undefined): void => {
        this.lease = lease ?? ''
        this.say({ call: 'wifi', numbers: [lease === undefined ? 0 : 1], bytes: NO_BYTES }, () =>
          done(lease === undefined ? 'no access point' : null),
        )
      }
      const bytes = bytesOf(`${ssid}\n${options.password}`)
      this.say({ call: 'Wifi.connect', numbers: [], bytes }, () =>
        this.hal.wlan!.join(ssid, options.password, this.lease, joined),
      )
    },
    getIP: (): Address =>
      this.say({ call: 'Wifi.getIP', numbers: [], bytes: NO_BYTES, answer: bytesOf(this.lease) }, () => {
        const [ip, netmask, gw] = this.lease.split(' ')
        return { ip: ip!, netmask: netmask!, gw: gw! }
      }),
    disconnect: (): void =>
      this.say({ call: 'Wifi.disconnect', numbers: [], bytes: NO_BYTES }, () => this.hal.wlan!.leave()),
  }

  readonly net = {
    connect: ({ host, port }: { host: string; port: number }, connected: () => void) => {
      const id = ++this.sockets
      const heard = new Map<string, (text?: string) => void>()
      const entry: Entry = { call: 'net.connect', numbers: [port], bytes: bytesOf(host), answer: id }
      const socket = this.say(entry, () =>
        this.hal.wlan!.connect(host, port, {
          opened: () => this.say({ call: 'opened', numbers: [id], bytes: NO_BYTES }, connected),
          received: (bytes) =>
            this.say({ call: 'data', numbers: [id], bytes: bytes.slice() }, () =>
              heard.get('data')!(Buffer.from(bytes).toString('latin1')),
            ),
          closed: () =>
            this.say({ call: 'closed', numbers: [id], bytes: NO_BYTES }, () => heard.get('close')!()),
        }),
      )
      if (!socket) {
        entry.threw = true
        throw new Error('Not connected to the internet')
      }
      return {
        on: (event: string, run: (text?: string) => void) => void heard.set(event, run),
        ...this.lineOf(id, socket),
      }
    },
  }

  private lineOf(id: number, socket: Socket) {
    return {
      write: (text: string): void => {
        const bytes = bytesOf(text)
        this.say({ call: 'socket.write', numbers: [id], bytes }, () => socket.write(bytes))
      },
      end: (): void => this.say({ call: 'socket.end', numbers: [id], bytes: NO_BYTES }, () => socket.end()),
    }
  }
}
