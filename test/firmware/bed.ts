/** A test bed for the life of one node: virtual time, flash, a power switch, and a gateway behind a fake MAC that loses what it is told to lose.
 *  A test file replaces firmware/radio/mac.ts by `fakeMac` (fakeMac.ts). */
import { tableAes } from '../../core/lorawan/aes.ts'
import { FLAG } from '../../core/flags.ts'
import { decodeHealth, decodeHello, decodeSamples, UPLINK_PORT } from '../../core/packet/index.ts'
import type { DecodedSamples, Health, Hello } from '../../core/packet/index.ts'
import { regionNamed } from '../../core/regions/index.ts'
import { encodeSettings, type Settings } from '../../core/settings.ts'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import type { Hal, ResetReason } from '../../firmware/hal/index.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import type * as Mac from '../../firmware/radio/mac.ts'
import { start } from '../../firmware/start.ts'
import { SimFiles } from '../../sim/files.ts'
import { acknowledgement, store } from './bedGateway.ts'
import { SETTINGS } from './bedSettings.ts'
import { CutFlash } from './cutFlash.ts'
import { beds } from './fakeMac.ts'

export { SETTINGS } from './bedSettings.ts'

/** What reached the gateway, or would have. */
export interface Uplink {
  atMs: number
  port: number
  payload: Uint8Array
  lost: boolean
  decoded?: DecodedSamples
  hello?: Hello
  health?: Health
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

/** What deep sleep throws: nothing after the call is run. */
const ASLEEP = new Error('asleep')

export class Bed {
  readonly flash = new CutFlash()
  readonly files = new SimFiles()
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
  /** Whether the radio never comes to the end of an uplink. */
  hangs = false
  freeVariables = 800
  /** When the watchdog bit. */
  readonly bites: number[] = []
  healths: { atMs: number; health: Health }[] = []
  private watchdog: Timer | undefined
  private onError: ((flags: string[]) => void) | undefined
  tellsTime = (): boolean => true
  /** How fast the node's clock goes in deep sleep. */
  oscillator = (_worldMs: number): number => 1
  private poweredMs = 0
  private timers: Timer[] = []
  private order = 0
  /** Of the node’s noise: another number is another node. */
  noise = 12_345

  constructor(
    readonly profile: Profile,
    readonly settings: Partial<Settings> = {},
    /** What the flash holds at first: another program's bytes. */
    foreign?: Uint8Array,
  ) {
    if (foreign) this.flash.bytes.set(foreign)
    this.enter(() => this.boot('powerOn'))
  }

  private enter(run: () => void): void {
    try {
      run()
    } catch (error) {
      if (error !== ASLEEP) throw error
    }
  }

  /** Lets the world go on until `worldMs`. */
  run(worldMs: number): void {
    for (;;) {
      this.timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      const timer = this.timers[0]
      if (!timer || timer.atMs > worldMs) break
      this.timers.shift()
      this.worldMs = timer.atMs
      this.enter(timer.run)
    }
    this.worldMs = worldMs
  }

  runHours(hours: number): void {
    this.run(this.worldMs + hours * 3_600_000)
  }

  /** Takes the power away for `offMs`: the node's clock begins anew. The chip may call it by another reason. */
  cutPower(offMs: number, reason: ResetReason = 'powerOn'): void {
    this.timers = []
    this.at(offMs, () => {
      this.poweredMs = this.worldMs
      this.boot(reason)
    })
  }

  reset(reason: ResetReason = 'watchdog'): void {
    this.timers = []
    this.at(0, () => this.boot(reason))
  }

  /** The interpreter loses what runs now, and tells the program. */
  lose(flags: string[]): void {
    this.timers = []
    this.enter(() => this.onError?.(flags))
  }

  /** The program has nothing left to do, as after an error in its only callback. */
  standStill(): void {
    this.timers = this.timers.filter((timer) => timer === this.watchdog)
  }

  private watch(seconds: number): void {
    this.timers = this.timers.filter((timer) => timer !== this.watchdog)
    this.watchdog = this.at(seconds * 1000, () => {
      this.bites.push(this.worldMs)
      this.reset()
    })
  }

  /** All stored sequences of the newest epoch, ascending. */
  sequences(): number[] {
    return [...(this.stored.get(this.epoch ?? 0)?.keys() ?? [])].sort((a, b) => a - b)
  }

  /** What the gateway answers to an uplink that reached it. */
  answer(port: number, payload: Uint8Array): Mac.SendResult['received'] {
    const uplink: Uplink = { atMs: this.worldMs, port, payload: payload.slice(), lost: false }
    if (port === UPLINK_PORT.health) uplink.health = decodeHealth(payload) as Health
    else if (port === UPLINK_PORT.hello) uplink.hello = decodeHello(payload) as Hello
    else if (port !== UPLINK_PORT.configured) uplink.decoded = decodeSamples(port, payload) as DecodedSamples
    uplink.lost = this.loses(uplink)
    this.uplinks.push(uplink)
    if (uplink.lost) return undefined
    if (uplink.health) this.healths.push({ atMs: this.worldMs, health: uplink.health })
    else if (uplink.hello) {
      this.epoch = uplink.hello.epoch
      this.floors.set(this.epoch, Math.max(this.floors.get(this.epoch) ?? 0, uplink.hello.nextSequence))
      if (!this.stored.has(this.epoch)) this.stored.set(this.epoch, new Map())
    } else if (uplink.decoded) store(this, uplink.decoded)
    const waiting = this.downlink
    this.downlink = undefined
    return waiting ?? (this.acknowledges(uplink) ? acknowledgement(this) : undefined)
  }

  at(delayMs: number, run: () => void): Timer {
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
        watch: (seconds) => this.watch(seconds),
        deepSleep: (durationMs) => {
          this.sleeps.push(durationMs)
          this.timers = []
          const worldMs = durationMs / this.oscillator(this.worldMs)
          this.at(worldMs, () => {
            this.poweredMs += worldMs - durationMs
            this.boot('deepSleep')
          })
          throw ASLEEP
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
      files: () => this.files,
      settings: () => encodeSettings({ ...SETTINGS, ...this.settings }),
      noise: () => (this.noise = (Math.imul(this.noise, 1_664_525) + 1_013_904_223) >>> 0),
      freeVariables: () => this.freeVariables,
      onError: (run) => (this.onError = run),
      log: (line) => this.logs.push(line),
    }
    beds.set(hal, this)
    start(ttgoLora32V21, this.profile, regionNamed('AS923-2')!, hal)
  }
}

/** A good sample has this flag everywhere. */
export const GOOD = FLAG.good
