/** A packet forwarder for tests: a real UDP socket that reports frames, takes frames and says what became of them. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export interface Txpk {
  imme: boolean
  /** Left out when it is to go at once. */
  tmst?: number
  freq: number
  powe: number
  datr: string
  ipol: boolean
  ncrc: boolean
  size: number
  data: string
}

export interface RxpkOptions {
  tmst?: number
  freq?: number
  datr?: string
  rssi?: number
  lsnr?: number
}

export class TestForwarder {
  readonly sent: Txpk[] = []
  /** What to answer to a PULL_RESP: an error word, or NONE. `undefined` answers nothing. */
  verdict: (txpk: Txpk) => string | undefined = () => 'NONE'
  private token = 0
  private waiting = new Map<string, () => void>()

  private constructor(
    private readonly socket: Socket,
    readonly eui: string,
    private readonly port: number,
  ) {
    socket.on('message', (bytes) => this.receive(bytes))
  }

  static async open(eui: string, gatewayPort: number): Promise<TestForwarder> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const forwarder = new TestForwarder(socket, eui, gatewayPort)
    await forwarder.pull()
    return forwarder
  }

  /** Reports a frame and waits for the PUSH_ACK. */
  push(phy: Uint8Array, options: RxpkOptions = {}): Promise<void> {
    const { tmst = 1_000_000, freq = 921.4, datr = 'SF7BW125', rssi = -80, lsnr = 7.5 } = options
    const data = Buffer.from(phy).toString('base64')
    const rxpk = {
      tmst,
      chan: 0,
      rfch: 0,
      freq,
      stat: 1,
      modu: 'LORA',
      datr,
      codr: '4/5',
      rssi,
      lsnr,
      size: phy.length,
      data,
    }
    return this.pushJson({ rxpk: [rxpk] })
  }

  pushJson(body: unknown): Promise<void> {
    return this.request(0, 1, Buffer.from(JSON.stringify(body)))
  }

  pull(): Promise<void> {
    return this.request(2, 4, Buffer.alloc(0))
  }

  /** Any bytes, without waiting for an answer. */
  raw(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) =>
      this.socket.send(bytes, this.port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    )
  }

  close(): void {
    this.socket.close()
  }

  private header(token: number, identifier: number): Buffer {
    return Buffer.concat([
      Buffer.from([2, token >> 8, token & 255, identifier]),
      Buffer.from(this.eui, 'hex'),
    ])
  }

  private async request(identifier: number, answer: number, body: Buffer): Promise<void> {
    const token = this.token++ & 0xffff
    const answered = new Promise<void>((resolve) => this.waiting.set(`${answer}/${token}`, resolve))
    await this.raw(Buffer.concat([this.header(token, identifier), body]))
    await answered
  }

  private receive(bytes: Buffer): void {
    const token = bytes.readUInt16BE(1)
    if (bytes[3] !== 3) return this.waiting.get(`${bytes[3]}/${token}`)?.()
    const { txpk } = JSON.parse(bytes.subarray(4).toString()) as { txpk: Txpk }
    this.sent.push(txpk)
    const error = this.verdict(txpk)
    if (error === undefined) return
    const body = error === 'NONE' ? Buffer.alloc(0) : Buffer.from(JSON.stringify({ txpk_ack: { error } }))
    void this.raw(Buffer.concat([this.header(token, 5), body]))
  }
}
