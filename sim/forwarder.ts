/** A radio forwarder: the gateway's concentrator on one side, Semtech's UDP protocol, version 2, over a real socket on the other.
 *  Source: Lora-net packet_forwarder PROTOCOL.TXT (PUSH_DATA, PUSH_ACK, PULL_DATA, PULL_ACK, PULL_RESP, TX_ACK) and its just-in-time queue
 *  (a downlink is refused less than 2.5 ms ahead, more than 384 s ahead, or where another one is on the air). `tmst` counts microseconds in 32 bits. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Air, ReceivedUplink } from './air.ts'
import { airMicros, needsLowDataRate, type LoraSetting } from './chips/lora.ts'
import type { Schedule } from './clock.ts'

const VERSION = 2
const ID = { pushData: 0, pushAck: 1, pullData: 2, pullResp: 3, pullAck: 4, txAck: 5 } as const
const MARGIN_MICROS = 2_500
const ADVANCE_MICROS_MAX = 384e6
const KEEPALIVE_MICROS = 60e6
const STAT_MICROS = 600e6
const WRAP = 2 ** 32
/** Wall time after which a silent gateway is an error of the run, not of the air. */
const SILENCE_MS = 20_000

export type TxError =
  'NONE' | 'TOO_LATE' | 'TOO_EARLY' | 'COLLISION_PACKET' | 'TX_FREQ' | 'TX_POWER' | 'MALFORMED'

/** A PULL_RESP's order, checked. */
interface Order {
  setting: LoraSetting
  powerDbm: number
  bytes: Uint8Array
  /** Undefined: at once. */
  tmst: number | undefined
}

export interface ForwarderOptions {
  /** 16 hex digits. */
  eui: string
  udpPort: number
  /** What `tmst` shows at the start: a concentrator has been counting for a while. */
  tmstStart: number
  powerDbmMax: number
  bandHz: readonly [number, number]
}

export class Forwarder {
  /** `collided`: refused because another downlink is on the air; the gateway has a second window for it. `refused`: for any other reason. */
  readonly counts = { pushed: 0, pulled: 0, downlinks: 0, collided: 0, refused: 0, sent: 0 }
  onDownlink: (bytes: Uint8Array) => void = () => undefined
  private readonly socket: Socket = createSocket('udp4')
  private readonly eui: Buffer
  private readonly startMicros: number
  private token = 0
  private readonly unanswered = new Set<number>()
  private onAnswered: () => void = () => undefined
  private readonly planned: { startMicros: number; endMicros: number }[] = []

  constructor(
    private readonly schedule: Schedule,
    private readonly air: Air,
    private readonly options: ForwarderOptions,
  ) {
    this.eui = Buffer.from(options.eui, 'hex')
    this.startMicros = schedule.nowMicros()
    air.onReceived = (uplink) => this.push(uplink)
  }

  /** Opens the socket and says hello; resolves when the gateway has answered. */
  async open(): Promise<void> {
    this.socket.on('message', (datagram) => this.receive(datagram))
    this.socket.bind(0, '127.0.0.1')
    await once(this.socket, 'listening')
    this.socket.connect(this.options.udpPort, '127.0.0.1')
    await once(this.socket, 'connect')
    this.keepAlive()
    this.reportStatus()
    await this.answered()
  }

  close(): void {
    this.socket.close()
  }

  /** A promise while something sent waits for its acknowledgement, else undefined. */
  answered(): Promise<void> | undefined {
    if (this.unanswered.size === 0) return undefined
    return new Promise((resolve, reject) => {
      const silent = (): void => reject(new Error(`gateway: no answer to a datagram within ${SILENCE_MS} ms`))
      const guard = setTimeout(silent, SILENCE_MS)
      this.onAnswered = () => {
        clearTimeout(guard)
        resolve()
      }
    })
  }

  /** The concentrator's counter. */
  tmst(micros: number): number {
    return (micros - this.startMicros + this.options.tmstStart) % WRAP
  }

  private keepAlive(): void {
    this.counts.pulled++
    this.send(ID.pullData, undefined, true)
    this.schedule.at(this.schedule.nowMicros() + KEEPALIVE_MICROS, () => this.keepAlive())
  }

  private reportStatus(): void {
    const { received, sent } = this.air
    const time = new Date(Math.floor(this.schedule.nowMicros() / 1000))
      .toISOString()
      .replace('T', ' ')
      .replace(/\.\d+Z/, ' GMT')
    const stat = {
      time,
      rxnb: sent,
      rxok: received,
      rxfw: this.counts.pushed,
      ackr: 100,
      dwnb: this.counts.downlinks,
      txnb: this.counts.sent,
    }
    this.send(ID.pushData, { stat }, true)
    this.schedule.at(this.schedule.nowMicros() + STAT_MICROS, () => this.reportStatus())
  }

  private push(uplink: ReceivedUplink): void {
    const { setting, bytes, endMicros } = uplink.frame
    this.counts.pushed++
    const rxpk = {
      time: new Date(Math.floor(endMicros / 1000)).toISOString(),
      tmst: this.tmst(endMicros),
      chan: 0,
      rfch: 0,
      freq: (this.air.channelOf(setting) ?? setting.frequencyHz) / 1e6,
      stat: 1,
      modu: 'LORA',
      datr: `SF${setting.spreadingFactor}BW${setting.bandwidthHz / 1000}`,
      codr: `4/${setting.codingRate + 4}`,
      rssi: Math.round(uplink.rssiDbm),
      lsnr: Math.round(uplink.snrDb * 4) / 4,
      size: bytes.length,
      data: Buffer.from(bytes).toString('base64'),
    }
    this.send(ID.pushData, { rxpk: [rxpk] }, true)
  }

  private send(
    id: number,
    body: unknown,
    acknowledged: boolean,
    token = (this.token = (this.token + 1) & 0xffff),
  ): void {
    const head = Buffer.from([VERSION, token >> 8, token & 0xff, id])
    const json = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body))
    if (acknowledged) this.unanswered.add(token)
    this.socket.send(Buffer.concat([head, this.eui, json]))
  }

  private receive(datagram: Buffer): void {
    if (datagram.length < 4 || datagram[0] !== VERSION) return
    const token = datagram.readUInt16BE(1)
    if (datagram[3] === ID.pullResp) return this.order(token, datagram.subarray(4))
    if (datagram[3] !== ID.pushAck && datagram[3] !== ID.pullAck) return
    if (this.unanswered.delete(token) && this.unanswered.size === 0) this.onAnswered()
  }

  private order(token: number, json: Buffer): void {
    this.counts.downlinks++
    const order = readOrder(json)
    const error = order ? this.plan(order) : 'MALFORMED'
    if (error === 'COLLISION_PACKET') this.counts.collided++
    else if (error !== 'NONE') this.counts.refused++
    // A forwarder has no word for a malformed order; what it says of one that it cannot place comes nearest.
    const said = error === 'MALFORMED' ? 'TX_FREQ' : error
    this.send(ID.txAck, said === 'NONE' ? undefined : { txpk_ack: { error: said } }, false, token)
  }

  /** The concentrator's just-in-time queue. */
  private plan(order: Order): TxError {
    const now = this.schedule.nowMicros()
    const { setting, bytes, tmst } = order
    const [fromHz, toHz] = this.options.bandHz
    if (setting.frequencyHz < fromHz || setting.frequencyHz > toHz) return 'TX_FREQ'
    if (order.powerDbm > this.options.powerDbmMax) return 'TX_POWER'
    const ahead = tmst === undefined ? MARGIN_MICROS : (tmst - this.tmst(now) + WRAP) % WRAP
    if (ahead > WRAP / 2 || ahead < MARGIN_MICROS) return 'TOO_LATE'
    if (ahead > ADVANCE_MICROS_MAX) return 'TOO_EARLY'
    const startMicros = now + ahead
    const endMicros = startMicros + airMicros(setting, bytes.length)
    while (this.planned.length > 0 && this.planned[0]!.endMicros < now) this.planned.shift()
    if (
      this.planned.some(
        (other) =>
          other.startMicros < endMicros + MARGIN_MICROS && other.endMicros + MARGIN_MICROS > startMicros,
      )
    )
      return 'COLLISION_PACKET'
    this.planned.push({ startMicros, endMicros })
    this.planned.sort((a, b) => a.endMicros - b.endMicros)
    this.schedule.at(startMicros, () => this.transmit(order))
    return 'NONE'
  }

  private transmit(order: Order): void {
    this.counts.sent++
    this.onDownlink(order.bytes)
    this.air.down(order.setting, order.powerDbm, order.bytes)
  }
}

/** A PULL_RESP's JSON as an order, or undefined when a field is missing or senseless. */
function readOrder(json: Buffer): Order | undefined {
  let txpk: Record<string, unknown> | undefined
  try {
    txpk = (JSON.parse(json.toString('utf8')) as { txpk?: Record<string, unknown> } | null)?.txpk
  } catch {
    return undefined
  }
  const rate = /^SF(\d{1,2})BW(125|250|500)$/.exec(String(txpk?.['datr']))
  const coding = /^4\/([5-8])$/.exec(String(txpk?.['codr']))
  const { freq, powe, data, tmst, imme, size, modu } = txpk ?? {}
  if (!rate || !coding || modu !== 'LORA' || typeof freq !== 'number' || typeof data !== 'string')
    return undefined
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'))
  const timed = typeof tmst === 'number' && tmst >= 0 && tmst < WRAP
  if (bytes.length === 0 || bytes.length !== size || (imme !== true && !timed)) return undefined
  const spreadingFactor = parseInt(rate[1]!, 10)
  const bandwidthHz = parseInt(rate[2]!, 10) * 1000
  if (spreadingFactor < 7 || spreadingFactor > 12) return undefined
  const preamble = txpk!['prea']
  const setting: LoraSetting = {
    frequencyHz: Math.round(freq * 1e6),
    spreadingFactor,
    bandwidthHz,
    codingRate: parseInt(coding[1]!, 10) - 4,
    preambleSymbols: typeof preamble === 'number' ? preamble : 8,
    explicitHeader: true,
    payloadCrc: txpk!['ncrc'] !== true,
    lowDataRate: needsLowDataRate(spreadingFactor, bandwidthHz),
    invertedIq: txpk!['ipol'] === true,
    syncWord: 0x34,
  }
  return {
    setting,
    powerDbm: typeof powe === 'number' ? powe : 14,
    bytes,
    tmst: imme === true ? undefined : (tmst as number),
  }
}
