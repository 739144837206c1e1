/** Plays a script (scriptTable.ts) against the device MAC on the bench: does what its rows say, and writes down what was seen in the same columns.
 *
 *  `do`: `join`; `send <port> <hex>`; `confirm <port> <hex>`; `N x ...` for N alike, of which the last is written down; `again` for a repetition and
 *  `itself` for an answer that the device makes of its own; `wait N s`. `ask link` and `ask time` before an uplink go with it; `boot` starts the program
 *  anew. `network`: `1:` or `2:` for the window, or `C:` for a moment between uplinks, then what is sent there; `and` joins what goes together. */
import { encodeDeviceTimeAns } from '../../../core/lorawan/commands.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { regionNamed } from '../../../core/regions/index.ts'
import { listenAlways } from '../../../firmware/radio/classC.ts'
import { ASK_LINK, ASK_TIME, type MacHost, type SendResult } from '../../../firmware/radio/mac.ts'
import { ANTENNA_GAIN_DB } from '../../../firmware/radio/macParts.ts'
import { AT_JOIN_FREE_SECONDS } from '../../../firmware/radio/macState.ts'
import type { Modulation } from '../../../firmware/radio/radio.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { Network, type DownlinkWish } from './network.ts'
import { Bench, settings, type Device, type Uplink, type WindowSeen } from './node.ts'
import { asWritten, emptyRow, type Row, type Script } from './scriptTable.ts'

/** When the rest is looked at, behind an uplink: before any window opens. */
const REST_MS = 500
/** A DeviceTimeAns says this. */
const UNIX_MS = 1_780_000_000_500

/** What a `network` cell says behind its colon. */
function wishOf(text: string): DownlinkWish {
  const wish: DownlinkWish = {}
  for (const part of text.split(' and ')) {
    const [what = '', first = '', second = ''] = part.trim().split(' ')
    if (what === 'ack') wish.ack = true
    else if (what === 'confirmed') wish.confirmed = true
    else if (what === 'opts') wish.options = bytes(first)
    else if (what === 'time') wish.options = encodeDeviceTimeAns(UNIX_MS)
    else if (what === 'port') Object.assign(wish, { port: +first, payload: bytes(second) })
    else if (what !== 'empty') throw new Error(`the network cannot send "${part}"`)
  }
  return wish
}

const megahertz = (hz: number): string => String(hz / 1_000_000)

export class Player {
  readonly bench: Bench
  readonly network: Network
  readonly seen: Row[] = []
  private mac: Device
  private readonly put: Bench['send']
  /** How many of the windows have been written down, and the end of the transmission before. */
  private windowsSeen = 0
  private endMs = 0
  private row: Row | undefined
  private random = 1
  private lastFrame = ''

  constructor(readonly script: Script) {
    const region = regionNamed(script.given.get('region') ?? 'AS923-2')
    if (!region) throw new Error(`script ${script.name}: no such region`)
    this.bench = new Bench(region)
    this.network = new Network(this.bench)
    this.put = this.bench.send.bind(this.bench)
    // The network of the bench only keeps keys and counters: what is sent, when and how, is the script's.
    this.bench.send = () => undefined
    this.bench.answer = (uplink) => this.transmitted(uplink)
    this.given()
    this.mac = this.boot()
  }

  /** All rows; then what was seen, written as the script has it. */
  play(): Row[] {
    for (const row of this.script.rows) if (!['again', 'itself'].includes(row.do)) this.act(row)
    return this.seen.map((row, i) => asWritten(this.script.rows[i], row))
  }

  private given(): void {
    const { given } = this.script
    const { accept, bench } = this.network
    const number = (name: string, otherwise: number): number => +(given.get(name) ?? otherwise)
    accept.rxDelaySeconds = number('delay', bench.region.receiveDelaySeconds)
    accept.rx1DrOffset = number('offset', 0)
    accept.rx2DataRate = number('rx2', bench.region.rx2.dataRate)
    accept.channelHz = (given.get('channels') ?? '')
      .split(' ')
      .filter(Boolean)
      .map((mhz) => Math.round(+mhz * 1e6))
  }

  private boot(): Device {
    const heard = (port: number, payload: Uint8Array): void => this.result(`port ${port} ${hex(payload)}`)
    const classC = this.script.given.get('class') === 'C'
    const more: Partial<MacHost> = classC ? { opened: (mac) => listenAlways(mac, heard) } : {}
    return this.bench.boot(more)
  }

  private result(text: string): void {
    if (this.row) this.row.result = [this.row.result, text].filter(Boolean).join(', ')
  }

  private begin(row: Row, waitMs = 0): Row {
    this.row = { ...emptyRow(), do: row.do, network: row.network }
    if (waitMs > 0) this.row['wait s'] = String(Math.ceil(waitMs / 1000))
    this.seen.push(this.row)
    return this.row
  }

  private act(row: Row): void {
    const { bench } = this
    const [, times, what = ''] = /^(?:(\d+) x )?(.*)$/.exec(row.do) ?? []
    const [verb, first, second] = what.split(' ')
    // Each choice by chance is another one, and the same in every run.
    bench.noise = (this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0) >>> 8
    if (verb === 'boot') {
      this.begin(row)
      this.mac = this.boot()
      this.rest()
    } else if (verb === 'ask') {
      this.begin(row)
      this.mac.ask(first === 'link' ? ASK_LINK : ASK_TIME)
    } else if (verb === 'wait') this.pause(row, +first!)
    else if (verb === 'join')
      this.speak(row, (done) => this.mac.join((joined) => done(joined ? 'joined' : 'not joined')))
    else if (times) {
      for (let i = 1; i < +times; i++) {
        this.act({ ...row, do: what, network: '' })
        this.seen.pop()
      }
      this.uplink(row, verb!, +first!, second)
    } else this.uplink(row, verb!, +first!, second)
  }

  private uplink(row: Row, verb: string, port: number, payload = ''): void {
    if (verb !== 'send' && verb !== 'confirm') throw new Error(`the device cannot "${row.do}"`)
    this.speak(row, (done) =>
      this.mac.send(port, bytes(payload), (result) => done(this.told(result)), verb === 'confirm'),
    )
  }

  private told({ sent, received, acknowledged, link }: SendResult): string {
    const time = this.bench.times.pop()
    return [
      sent ? 'sent' : 'not sent',
      acknowledged && 'acknowledged',
      received && `port ${received.port} ${hex(received.payload)}`,
      link && `margin ${link.marginDb} dB of ${link.gateways}`,
      time && `${time[0]} s`,
    ]
      .filter(Boolean)
      .join(', ')
  }

  /** Waits as the law wants, lets the device speak, and sees it to its end. */
  private speak(row: Row, say: (done: (result: string) => void) => void): void {
    const { bench } = this
    const joinMs = 1000 * this.mac.mac.state.getUint32(AT_JOIN_FREE_SECONDS) - bench.nowMs
    const waitMs = Math.max(this.mac.waitMs(), row.do === 'join' ? joinMs : 0)
    bench.nowMs += waitMs
    this.begin(row, waitMs)
    say((result) => this.result(result))
    bench.run()
    this.windows()
  }

  /** Time in which the network may speak to a device that listens always, a second after the pause's begin. */
  private pause(row: Row, seconds: number): void {
    const { bench, script } = this
    this.begin(row)
    const [who, text = ''] = row.network.split(': ')
    if (who === 'C') {
      const hz = script.given.get('C')!.split(' ')
      const modulation: Modulation = {
        frequencyHz: Math.round(+hz[0]! * 1e6),
        ...bench.region.dataRates[+hz[1]!]!,
      }
      this.put(this.network.seal(wishOf(text)), modulation, bench.nowMs + 1_000)
    }
    bench.after(seconds * 1000, () => undefined)
    bench.run()
    this.windows()
    this.rest()
  }

  private rest(): void {
    const { bench } = this
    const { listensTo } = bench
    const rate = bench.region.dataRates.findIndex(
      ({ spreadingFactor, bandwidthHz }) =>
        spreadingFactor === listensTo?.spreadingFactor && bandwidthHz === listensTo.bandwidthHz,
    )
    if (!this.row) return
    if (listensTo) this.row.rest = `${megahertz(listensTo.frequencyHz)} DR${rate}`
    else this.row.rest = bench.asleep ? 'sleep' : 'standby'
  }

  /** An uplink has ended: it gets its row, and the network's answer. */
  private transmitted(uplink: Uplink): void {
    const { bench, network } = this
    this.windows()
    const wish = this.script.rows[this.seen.length]
    const own = wish?.do === 'again' || wish?.do === 'itself' ? wish : { ...emptyRow(), do: 'unexpected' }
    const row =
      this.row!.MHz === '' && !this.row!.do.startsWith('wait')
        ? this.row!
        : this.begin(own, uplink.startMs - this.endMs)
    const { modulation } = uplink
    this.endMs = uplink.endMs
    row.MHz = megahertz(modulation.frequencyHz)
    row.DR = String(this.rateOf(modulation))
    row.EIRP = String(uplink.powerDbm + ANTENNA_GAIN_DB)
    // The same frame once more comes under the same counter.
    if (hex(uplink.frame) === this.lastFrame) network.counterUp--
    this.lastFrame = hex(uplink.frame)
    network.hear(uplink)
    const frame = uplink.frame[0]! >> 5 > 0 ? network.frames.at(-1) : undefined
    if (frame) {
      const flags = [
        frame.confirmed && 'confirmed',
        frame.adr && 'ADR',
        frame.adrAckReq && 'REQ',
        frame.ack && 'ACK',
      ]
      row.FCnt = String(frame.counter)
      row.flags = flags.filter(Boolean).join(' ')
      row.FOpts = hex(frame.options)
      row.port = frame.port < 0 ? '' : `${frame.port} ${hex(frame.payload)}`
    } else row.FCnt = String(network.devNonces.at(-1))
    bench.after(REST_MS, () => this.rest())
    this.answer(row, uplink, !frame)
  }

  private rateOf({ spreadingFactor, bandwidthHz }: Modulation): number {
    const same = (rate: { spreadingFactor: number; bandwidthHz: number }): boolean =>
      rate.spreadingFactor === spreadingFactor && rate.bandwidthHz === bandwidthHz
    return this.bench.region.dataRates.findIndex(same)
  }

  /** The network answers where the script says that the device listens. */
  private answer(row: Row, uplink: Uplink, joins: boolean): void {
    const { bench, network } = this
    const [window, text = ''] = row.network.split(': ')
    if (window !== '1' && window !== '2') return
    const expected = this.script.rows[this.seen.length - 1]!
    const cell = (name: 'ms' | 'MHz' | 'DR'): string =>
      expected[`rx${window}${name === 'ms' ? ' ms' : name === 'MHz' ? ' MHz' : ' DR'}`]
    const frequencyHz = cell('MHz') === '=' ? uplink.modulation.frequencyHz : Math.round(+cell('MHz') * 1e6)
    const modulation = { frequencyHz, ...bench.region.dataRates[+cell('DR')]! }
    const startMs = uplink.endMs + 1000 * Math.round(+cell('ms') / 1000)
    if (joins) network.accept.joinNonce++
    const frame = joins
      ? sealJoinAccept(tableAes, settings.appKey, {
          ...network.accept,
          joinNonce: network.accept.joinNonce - 1,
        })
      : network.seal(wishOf(text))
    this.put(frame, modulation, startMs)
  }

  /** Writes down the windows that have opened since the last time. */
  private windows(): void {
    const { bench, row } = this
    const opened = bench.windows.slice(this.windowsSeen)
    this.windowsSeen = bench.windows.length
    const expected = this.script.rows[this.seen.length - 1]
    // A single window is the second one where the script has no first: its data rate there is not LoRa.
    const second = opened.length === 1 && expected?.['rx1 ms'] === '' && expected['rx2 ms'] !== ''
    opened.forEach((window, i) => row && this.window(row, i || second ? 'rx2' : 'rx1', window))
  }

  private window(row: Row, name: 'rx1' | 'rx2', window: WindowSeen): void {
    row[`${name} ms`] = (window.openMs - this.endMs).toFixed(1)
    row[`${name} MHz`] = megahertz(window.modulation.frequencyHz)
    row[`${name} DR`] = String(this.rateOf(window.modulation))
    row[`${name} sym`] = String(window.symbols)
  }
}
