/** A test bed for the life of one node: virtual time, flash, a power switch, and a gateway behind a fake MAC that loses what it is told to lose.
 *  A test file replaces firmware/radio/mac.ts by `makeFakeMac`. */
import { tableAes } from '../../core/lorawan/aes.ts'
import { FLAG } from '../../core/flags.ts'
import {
  decodeHello,
  decodeSamples,
  DOWNLINK_PORT,
  encodeAcknowledgement,
  extendSequence,
  UPLINK_PORT,
} from '../../core/packet/index.ts'
import type { DecodedSamples, Hello } from '../../core/packet/index.ts'
import { regionNamed } from '../../core/regions/index.ts'
import { encodeSettings, type Settings } from '../../core/settings.ts'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import type { Hal, ResetReason } from '../../firmware/hal/index.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import type { Mac, MacHost, OnTime, SendResult } from '../../firmware/radio/mac.ts'
import { start } from '../../firmware/start.ts'
import { CutFlash } from './cutFlash.ts'

export const SETTINGS: Settings = {
  devEui: Uint8Array.from({ length: 8 }, (_, i) => i + 1),
  joinEui: new Uint8Array(8),
  appKey: Uint8Array.from({ length: 16 }, (_, i) => 200 - i),
  latitudeE4: 100_300,
  longitudeE4: 1_057_700,
  intervalSeconds: 0,
  samplesPerUplink: 0,
  soilDryMillivolts: 2_400,
  soilWetMillivolts: 1_000,
  gaugeHeightMm: 4_000,
}

/** What reached the gateway, or would have. */
export interface Uplink {
  atMs: number
  port: number
  payload: Uint8Array
  lost: boolean
  decoded?: DecodedSamples
  hello?: Hello
}

interface StoredSample {
  values: number[]
  flags: number[]
  atMs: number
  uncertain: boolean
  errorSeconds?: number | undefined
}

interface Timer {
  atMs: number
  order: number
  run: () => void
}

const beds = new WeakMap<Hal, Bed>()

export class Bed {
  readonly flash = new CutFlash()
  readonly pins = new Map<number, boolean>()
  readonly logs: string[] = []
  readonly uplinks: Uplink[] = []
  readonly joins: number[] = []
  /** Sleeps the node asked for, in milliseconds. */
  readonly sleeps: number[] = []
  /** Sequences stored at the gateway, by epoch, with the time each was measured. */
  readonly stored = new Map<number, Map<number, StoredSample>>()
  epoch: number | undefined
  /** Lowest sequence the gateway waits for, by epoch. */
  readonly floors = new Map<number, number>()
  worldMs = 0
  payloadBytesMax = 51
  /** Duty cycle: milliseconds after each transmission. */
  dutyMs = 30_000
  unixAtStart = 1_780_000_000
  accepts = (): boolean => true
  loses = (_uplink: Uplink): boolean => false
  /** Whether the gateway answers this uplink with an acknowledgement. */
  acknowledges = (_uplink: Uplink): boolean => true
  /** Another downlink that waits for the node. */
  downlink: { port: number; payload: Uint8Array } | undefined
  relayStuck: boolean | undefined
  timesAsked = 0
  tellsTime = (): boolean => true
  /** How fast the node's clock goes in deep sleep. */
  oscillator = (_worldMs: number): number => 1
  private poweredMs = 0
  private timers: Timer[] = []
  private order = 0
  private noise = 12_345

  constructor(
    readonly profile: Profile,
    readonly settings: Partial<Settings> = {},
  ) {
    this.boot('powerOn')
  }

  /** Lets the world go on until `worldMs`. */
  run(worldMs: number): void {
    for (;;) {
      this.timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      const timer = this.timers[0]
      if (!timer || timer.atMs > worldMs) break
      this.timers.shift()
      this.worldMs = timer.atMs
      timer.run()
    }
    this.worldMs = worldMs
  }

  runHours(hours: number): void {
    this.run(this.worldMs + hours * 3_600_000)
  }

  /** Takes the power away for `offMs`: the node's clock begins anew. */
  cutPower(offMs: number): void {
    this.timers = []
    this.at(offMs, () => {
      this.poweredMs = this.worldMs
      this.boot('powerOn')
    })
  }

  reset(): void {
    this.timers = []
    this.at(0, () => this.boot('watchdog'))
  }

  after(delayMs: number, run: () => void): void {
    this.at(delayMs, run)
  }

  /** All stored sequences of the newest epoch, ascending. */
  sequences(): number[] {
    return [...(this.stored.get(this.epoch ?? 0)?.keys() ?? [])].sort((a, b) => a - b)
  }

  /** What the gateway answers to an uplink that reached it. */
  answer(port: number, payload: Uint8Array): SendResult['received'] {
    const uplink: Uplink = { atMs: this.worldMs, port, payload: payload.slice(), lost: false }
    if (port === UPLINK_PORT.hello) uplink.hello = decodeHello(payload) as Hello
    else if (port !== UPLINK_PORT.configured) uplink.decoded = decodeSamples(port, payload) as DecodedSamples
    uplink.lost = this.loses(uplink)
    this.uplinks.push(uplink)
    if (uplink.lost) return undefined
    if (uplink.hello) {
      this.epoch = uplink.hello.epoch
      this.floors.set(this.epoch, Math.max(this.floors.get(this.epoch) ?? 0, uplink.hello.nextSequence))
      if (!this.stored.has(this.epoch)) this.stored.set(this.epoch, new Map())
    } else if (uplink.decoded) this.store(uplink.decoded)
    const waiting = this.downlink
    this.downlink = undefined
    return waiting ?? (this.acknowledges(uplink) ? this.acknowledgement() : undefined)
  }

  private store(decoded: DecodedSamples): void {
    if (this.epoch === undefined || (this.epoch & 0xff) !== decoded.epochAlias)
      throw new Error('samples of an unknown epoch')
    const stored = this.stored.get(this.epoch)!
    const first = extendSequence(decoded.sequenceLow, Math.max(0, ...stored.keys()))
    decoded.samples.forEach((sample, i) => {
      const behind = decoded.samples.length - 1 - i
      const atMs = this.worldMs - 1000 * (decoded.ageSeconds + behind * decoded.intervalSeconds)
      const before = stored.get(first + i)
      if (before && JSON.stringify(before.values) !== JSON.stringify(sample.values))
        throw new Error(`conflict at ${first + i}`)
      const { ageUncertain: uncertain, ageErrorSeconds: errorSeconds } = decoded
      if (!before) stored.set(first + i, { ...sample, atMs, uncertain, errorSeconds })
    })
  }

  private acknowledgement(): { port: number; payload: Uint8Array } {
    const stored = this.stored.get(this.epoch!)!
    let nextSequence = this.floors.get(this.epoch!)!
    while (stored.has(nextSequence)) nextSequence++
    const received = new Uint8Array(3)
    for (let i = 0; i < 24; i++) if (stored.has(nextSequence + 1 + i)) received[i >> 3]! |= 1 << (i & 7)
    const into = new Uint8Array(11)
    const bytes = encodeAcknowledgement({ epoch: this.epoch!, nextSequence, received }, into)
    return { port: DOWNLINK_PORT.acknowledgement, payload: into.subarray(0, bytes) }
  }

  private at(delayMs: number, run: () => void): Timer {
    if (!(delayMs >= 0)) throw new Error(`a timer of ${delayMs} ms`)
    const timer = { atMs: this.worldMs + delayMs, order: this.order++, run }
    this.timers.push(timer)
    return timer
  }

  private boot(reason: ResetReason): void {
    const timers = new Map<number, Timer>()
    const hal: Hal = {
      clock: {
        nowMs: () => this.worldMs - this.poweredMs,
        setTimer: (delayMs, run) => {
          const timer = this.at(delayMs, run)
          timers.set(timer.order, timer)
          return timer.order
        },
        clearTimer: (order) => {
          this.timers = this.timers.filter((timer) => timer !== timers.get(order))
        },
      },
      power: {
        resetReason: () => reason,
        deepSleep: (durationMs) => {
          this.sleeps.push(durationMs)
          this.timers = []
          const worldMs = durationMs / this.oscillator(this.worldMs)
          this.at(worldMs, () => {
            this.poweredMs += worldMs - durationMs
            this.boot('deepSleep')
          })
        },
      },
      gpio: {
        write: (pin, high) => this.pins.set(pin, high),
        read: () => this.relayStuck ?? this.pins.get(ttgoLora32V21.mount.relay) ?? false,
        ...{ pulse: () => {}, watch: () => 0, unwatch: () => {} },
      },
      adc: { readMillivolts: () => 1850 },
      i2c: { write: () => false, read: () => undefined },
      spi: { transfer: () => new Uint8Array(0) },
      flash: this.flash,
      aes: tableAes,
      settings: () => encodeSettings({ ...SETTINGS, ...this.settings }),
      noise: () => (this.noise = (Math.imul(this.noise, 1_664_525) + 1_013_904_223) >>> 0),
      log: (line) => this.logs.push(line),
    }
    beds.set(hal, this)
    start(ttgoLora32V21, this.profile, regionNamed('AS923-2')!, hal)
  }
}

/** Stands in for the device MAC: it keeps `joined` in the host's flash, minds a duty cycle, and gives the gateway's answer two seconds later. */
export function makeFakeMac(
  hal: Hal,
  _radio: unknown,
  _region: unknown,
  _settings: unknown,
  host: MacHost,
  onTime: OnTime,
): Mac {
  const bed = beds.get(hal)!
  const state = new Uint8Array(8)
  const saved = host.load()
  if (saved) state.set(saved)
  let freeMs = new DataView(state.buffer).getUint32(4) * 1000
  if (freeMs > hal.clock.nowMs() + 3_600_000) freeMs = 0
  let timeAsked = false
  const transmitted = (): void => {
    freeMs = hal.clock.nowMs() + bed.dutyMs
    new DataView(state.buffer).setUint32(4, Math.ceil(freeMs / 1000))
    host.save(state)
  }
  const later = (run: () => void): number => hal.clock.setTimer(2000, run)
  return {
    joined: () => state[0] === 1,
    waitMs: () => Math.max(0, freeMs - hal.clock.nowMs()),
    payloadBytesMax: () => bed.payloadBytesMax,
    askTime: () => {
      timeAsked = true
    },
    join: (done) => {
      bed.joins.push(bed.worldMs)
      transmitted()
      later(() => {
        const accepted = bed.accepts()
        if (accepted) state[0] = 1
        host.save(state)
        done(accepted)
      })
    },
    send: (port, payload, done) => {
      if (payload.length > bed.payloadBytesMax) throw new Error(`payload of ${payload.length} bytes`)
      if (hal.clock.nowMs() < freeMs) throw new Error('sent against the duty cycle')
      transmitted()
      const lost = bed.uplinks.length
      const received = bed.answer(port, payload)
      const heard = !bed.uplinks[lost]!.lost
      later(() => {
        if (timeAsked && heard && bed.tellsTime()) {
          bed.timesAsked++
          timeAsked = false
          const second = Math.floor(bed.worldMs / 1000)
          onTime(bed.unixAtStart + second, hal.clock.nowMs() - (bed.worldMs - 1000 * second))
        }
        done(received ? { sent: true, received } : { sent: true })
      })
    },
  }
}

/** A good sample has this flag everywhere. */
export const GOOD = FLAG.good
