/** The air between the nodes and one gateway: path loss, sensitivity, collisions with capture, half duplex.
 *  Source: log-distance loss and its figures at 868 MHz over land: Petajajarvi et al. 2015 (128.95 dB at 1 km, exponent 2.32; shadowing here is 6 dB,
 *  fixed a link, cut at two sigma); sensitivity: SX1276 datasheet table 13 over thermal noise; capture: 6 dB on the same channel and spreading
 *  factor, and only a collision that reaches past the third symbol before a preamble's end counts (Bor et al. 2016, LoRaSim, its later corrected
 *  code); a concentrator demodulates 8 frames at a time (SX1301 datasheet). Other spreading factors and inverted IQ count as orthogonal.
 *  Powers in dBm, distances in metres, times in microseconds. */
import {
  airMicros,
  HEADER_SYMBOLS,
  noiseDbm,
  PREAMBLE_TAIL_SYMBOLS,
  snrDbMin,
  symbolMicros,
  type LoraSetting,
} from './chips/lora.ts'
import { LOCK_SYMBOLS, type Ether, type HeardFrame, type SentFrame } from './chips/ether.ts'
import type { Schedule } from './clock.ts'
import type { Random } from './random.ts'

const LOSS_DB_AT_1_KM = 128.95
const LOSS_EXPONENT = 2.32
const SHADOW_DB = 6
const FADING_DB = 1
const CAPTURE_DB = 6
const SAME_CHANNEL_HZ = 30_000
const DEMODULATORS = 8
const NEAREST_M = 10

/** Loss on the way, dB. */
export const pathLossDb = (distanceM: number): number =>
  LOSS_DB_AT_1_KM + 10 * LOSS_EXPONENT * Math.log10(Math.max(NEAREST_M, distanceM) / 1000)

/** Why the gateway did not get a frame. */
export const AIR_LOSSES = ['weak', 'collision', 'halfDuplex', 'channel', 'setting', 'busy'] as const
export type AirLoss = (typeof AIR_LOSSES)[number]

/** Two radios understand each other when these agree; frequencies within a quarter of the bandwidth. */
export function understands(a: LoraSetting, b: LoraSetting): boolean {
  return (
    Math.abs(a.frequencyHz - b.frequencyHz) <= SAME_CHANNEL_HZ &&
    a.spreadingFactor === b.spreadingFactor &&
    a.bandwidthHz === b.bandwidthHz &&
    a.lowDataRate === b.lowDataRate &&
    a.explicitHeader === b.explicitHeader &&
    a.invertedIq === b.invertedIq &&
    a.syncWord === b.syncWord
  )
}

/** A node's way to the gateway and back. */
export interface Link {
  readonly name: string
  /** Loss of this link with its shadowing, dB. */
  readonly lossDb: number
  readonly fading: Random
}

interface Uplink extends SentFrame {
  link: Link
  rssiDbm: number
  lost?: AirLoss
}

interface Downlink extends SentFrame {
  readonly lockMicros: number
}

/** What the gateway's concentrator hands on. */
export interface ReceivedUplink {
  link: Link
  frame: SentFrame
  rssiDbm: number
  snrDb: number
}

export interface AirOptions {
  /** Channels the concentrator listens on, at 125 kHz and every spreading factor. */
  channelsHz: readonly number[]
  gatewayAntennaDbi: number
  nodeAntennaDbi: number
  /** A margin in dB under which neither of two frames survives; 0 lets the stronger one always win. */
  captureDb?: number
}

export class Air {
  /** Frames the gateway lost, by reason. */
  readonly losses: Record<AirLoss, number> = {
    weak: 0,
    collision: 0,
    halfDuplex: 0,
    channel: 0,
    setting: 0,
    busy: 0,
  }
  sent = 0
  received = 0
  onSent: (link: Link, frame: SentFrame) => void = () => undefined
  onReceived: (uplink: ReceivedUplink) => void = () => undefined
  /** A node's receiver, listening since `fromMicros`, has locked on a downlink. */
  onHeard: (link: Link, down: SentFrame, fromMicros: number) => void = () => undefined
  private uplinks: Uplink[] = []
  private downlinks: Downlink[] = []
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly schedule: Schedule,
    private readonly options: AirOptions,
  ) {}

  /** A link over `distanceM`, its shadowing drawn from `random`. */
  static link(name: string, distanceM: number, random: Random): Link {
    const shadow = Math.max(-2, Math.min(2, random.normal())) * SHADOW_DB
    return { name, lossDb: pathLossDb(distanceM) + shadow, fading: random }
  }

  /** The concentrator's channel, in Hz, that a frame was sent on: what it tells of the frame, whose own frequency is some steps of a synthesizer off. */
  channelOf({ frequencyHz }: LoraSetting): number | undefined {
    return this.options.channelsHz.find((hz) => Math.abs(hz - frequencyHz) <= SAME_CHANNEL_HZ)
  }

  /** The air as one node's radio meets it. */
  ether(link: Link): Ether {
    return {
      transmit: (frame) => this.up(link, frame),
      detect: (setting, fromMicros, toMicros) => this.detect(link, setting, fromMicros, toMicros),
      watch: (run) => {
        this.listeners.add(run)
        return () => this.listeners.delete(run)
      },
    }
  }

  /** The gateway sends: called when the first symbol leaves its antenna. */
  down(setting: LoraSetting, powerDbm: number, bytes: Uint8Array): SentFrame {
    const startMicros = this.schedule.nowMicros()
    const endMicros = startMicros + airMicros(setting, bytes.length)
    const symbol = symbolMicros(setting.spreadingFactor, setting.bandwidthHz)
    const frame = { setting, powerDbm, bytes, startMicros, endMicros, lockMicros: LOCK_SYMBOLS * symbol }
    this.downlinks = this.downlinks.filter((other) => other.endMicros > startMicros - 1e6)
    this.downlinks.push(frame)
    for (const uplink of this.uplinks) if (uplink.endMicros > startMicros) uplink.lost ??= 'halfDuplex'
    for (const run of this.listeners) run()
    return frame
  }

  private up(link: Link, frame: SentFrame): void {
    this.sent++
    const gain = this.options.nodeAntennaDbi + this.options.gatewayAntennaDbi
    const rssiDbm = frame.powerDbm + gain - link.lossDb + link.fading.normal() * FADING_DB
    const uplink: Uplink = { ...frame, link, rssiDbm }
    uplink.lost = this.refusal(uplink)
    this.uplinks = this.uplinks.filter((other) => other.endMicros > frame.startMicros - 10e6)
    for (const other of this.uplinks) this.collide(uplink, other)
    this.uplinks.push(uplink)
    this.onSent(link, frame)
    this.schedule.at(frame.endMicros, () => this.arrive(uplink))
  }

  /** What is against a frame before any other frame is looked at. */
  private refusal(uplink: Uplink): AirLoss | undefined {
    const { setting, startMicros } = uplink
    if (this.channelOf(setting) === undefined || setting.bandwidthHz !== 125_000) return 'channel'
    const symbol = symbolMicros(setting.spreadingFactor, setting.bandwidthHz)
    const public_ =
      setting.syncWord === 0x34 && setting.payloadCrc && setting.explicitHeader && !setting.invertedIq
    if (!public_ || setting.lowDataRate !== symbol > 16_000) return 'setting'
    if (uplink.rssiDbm - noiseDbm(setting.bandwidthHz) < snrDbMin(setting.spreadingFactor)) return 'weak'
    if (this.downlinks.some((down) => down.endMicros > startMicros && down.startMicros < uplink.endMicros))
      return 'halfDuplex'
    const busy = this.uplinks.filter(
      (other) => !other.lost && other.endMicros > startMicros && other.startMicros <= startMicros,
    )
    return busy.length >= DEMODULATORS ? 'busy' : undefined
  }

  private collide(a: Uplink, b: Uplink): void {
    if (Math.abs(a.setting.frequencyHz - b.setting.frequencyHz) > SAME_CHANNEL_HZ) return
    if (a.setting.spreadingFactor !== b.setting.spreadingFactor) return
    const capture = this.options.captureDb ?? CAPTURE_DB
    if (hurts(b, a) && a.rssiDbm - b.rssiDbm < capture) a.lost ??= 'collision'
    if (hurts(a, b) && b.rssiDbm - a.rssiDbm < capture) b.lost ??= 'collision'
  }

  private arrive(uplink: Uplink): void {
    if (uplink.lost) {
      this.losses[uplink.lost]++
      return
    }
    this.received++
    const snrDb = Math.min(12, uplink.rssiDbm - noiseDbm(uplink.setting.bandwidthHz))
    this.onReceived({ link: uplink.link, frame: uplink, rssiDbm: uplink.rssiDbm, snrDb })
  }

  private detect(
    link: Link,
    setting: LoraSetting,
    fromMicros: number,
    toMicros: number,
  ): HeardFrame | undefined {
    for (const frame of this.downlinks) {
      if (!understands(frame.setting, setting)) continue
      const preambleEnd =
        frame.startMicros + (frame.lockMicros / LOCK_SYMBOLS) * frame.setting.preambleSymbols
      const seen = Math.min(toMicros, preambleEnd) - Math.max(fromMicros, frame.startMicros)
      if (seen < frame.lockMicros) continue
      const gain = this.options.nodeAntennaDbi + this.options.gatewayAntennaDbi
      const rssiDbm = frame.powerDbm + gain - link.lossDb + link.fading.normal() * FADING_DB
      const snrDb = Math.min(12, rssiDbm - noiseDbm(setting.bandwidthHz))
      if (snrDb < snrDbMin(setting.spreadingFactor)) continue
      this.onHeard(link, frame, fromMicros)
      return {
        bytes: frame.bytes,
        headerMicros: headerEnd(frame),
        endMicros: frame.endMicros,
        rssiDbm,
        snrDb,
      }
    }
    return undefined
  }
}

/** Whether `other` overlaps what `frame` needs: everything from the third symbol before its preamble's end. */
function hurts(other: SentFrame, frame: SentFrame): boolean {
  const { spreadingFactor, bandwidthHz, preambleSymbols } = frame.setting
  const needed = (preambleSymbols + PREAMBLE_TAIL_SYMBOLS - 3) * symbolMicros(spreadingFactor, bandwidthHz)
  return other.endMicros > frame.startMicros + needed && other.startMicros < frame.endMicros
}

function headerEnd({ setting, startMicros }: SentFrame): number {
  const symbols = setting.preambleSymbols + PREAMBLE_TAIL_SYMBOLS + HEADER_SYMBOLS
  return startMicros + Math.round(symbols * symbolMicros(setting.spreadingFactor, setting.bandwidthHz))
}
