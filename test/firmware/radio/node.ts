/** A node's MAC on a bench: virtual time, a radio that only hears what is on the air in its window, and a flash that outlives power cuts. */
import { airtimeMicroseconds, symbolMicroseconds } from '../../../core/lorawan/airtime.ts'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import type { Region } from '../../../core/regions/region.ts'
import type { Settings } from '../../../core/settings.ts'
import type { Hal } from '../../../firmware/hal/index.ts'
import * as Mac from '../../../firmware/radio/mac.ts'
import type { Modulation, Radio, Received } from '../../../firmware/radio/radio.ts'
import { bytes } from '../../core/lorawan/hex.ts'

export const settings: Settings = {
  devEui: bytes('0004a30b001c0530'),
  joinEui: bytes('70b3d57ed0000001'),
  appKey: bytes('2b7e151628aed2a6abf7158809cf4f3c'),
  latitudeE4: 0,
  longitudeE4: 0,
  intervalSeconds: 0,
  samplesPerUplink: 0,
  soilDryMillivolts: 0,
  soilWetMillivolts: 0,
  gaugeHeightMm: 0,
  alarmAbove: 0,
  alarmRise: 0,
  alarmWithinMinutes: 0,
  lampOnMinutes: 0,
  lampOffMinutes: 0,
  darkFromMinutes: 0,
  darkToMinutes: 0,
  utcOffsetMinutes: 420,
}

/** A node's MAC with its functions as methods. */
export class Device {
  constructor(readonly mac: Mac.Mac) {}

  joined(): boolean {
    return Mac.isJoined(this.mac)
  }

  waitMs(): number {
    return Mac.waitMs(this.mac)
  }

  payloadBytesMax(): number {
    return Mac.payloadRoomBytes(this.mac)
  }

  ask(questions: number): void {
    this.mac.asked |= questions
  }

  join(done: (joined: boolean) => void): void {
    Mac.activate(this.mac, done)
  }

  send(port: number, payload: Uint8Array, done: (result: Mac.SendResult) => void, confirmed?: boolean): void {
    Mac.send(this.mac, port, payload, done, confirmed)
  }

  close(): void {
    Mac.close(this.mac)
  }
}

/** Thrown where the power fails: nothing after it happens. */
export class PowerCut extends Error {}

export interface Uplink {
  frame: Uint8Array
  modulation: Modulation
  powerDbm: number
  startMs: number
  endMs: number
}

interface Downlink {
  frame: Uint8Array
  modulation: Modulation
  startMs: number
}

const airMs = ({ frame, modulation }: Downlink): number =>
  airtimeMicroseconds(frame.length, modulation.spreadingFactor, modulation.bandwidthHz, { crc: false }) / 1000

export interface WindowSeen {
  modulation: Modulation
  symbols: number
  openMs: number
}

/** From the register write to the receiver listening. */
const WAKE_MS = 1
/** Symbols of a preamble that a receiver must see. */
const LOCK_SYMBOLS = 6

export class Bench {
  nowMs = 0
  noise = 0
  /** Saved by the node, newest last: what it finds after a reboot. */
  flash: Uint8Array | undefined
  saves = 0
  readonly logs: string[] = []
  uplinks: Uplink[] = []
  windows: WindowSeen[] = []
  /** What the network does when an uplink has ended. */
  answer: (uplink: Uplink) => void = () => undefined
  /** Called before and after each write of the state; may throw a PowerCut. */
  onSave: (when: 'before' | 'after') => void = () => undefined
  times: [number, number][] = []
  /** How late each timer and interrupt is. */
  lateMs = 0
  radioAnswers = true
  radioSilent = false
  asleep = true
  snrQuarterDb = 28
  private openEnd: { modulation: Modulation; done: (received: Received | undefined) => void } | undefined
  private downlinks: Downlink[] = []
  private timers: { dueMs: number; run: () => void; id: number }[] = []
  private lastTimer = 0

  constructor(readonly region: Region = as923_2) {}

  /** A program that starts from what is in flash; what the one before waited for is gone. */
  boot(more: Partial<Mac.MacHost> = {}): Device {
    this.timers = []
    this.downlinks = []
    this.openEnd = undefined
    const host = {
      ...more,
      load: () => this.flash,
      save: (state: Uint8Array) => {
        this.onSave('before')
        this.flash = new Uint8Array(state)
        this.saves++
        this.onSave('after')
      },
    }
    return new Device(
      Mac.makeMac(this.hal(), this.radio(), this.region, settings, host, (unix, at) =>
        this.times.push([unix, at]),
      ),
    )
  }

  /** What a window without an end listens to. */
  get listensTo(): Modulation | undefined {
    return this.openEnd?.modulation
  }

  /** Puts a downlink on the air at a time; a window without an end hears it when it is open for all of it. */
  send(frame: Uint8Array, modulation: Modulation, startMs: number): void {
    const downlink = { frame, modulation, startMs }
    this.downlinks.push(downlink)
    this.timers.push({
      dueMs: startMs,
      id: ++this.lastTimer,
      run: () => {
        const window = this.openEnd
        if (!window || JSON.stringify(window.modulation) !== JSON.stringify(modulation)) return
        this.after(airMs(downlink), () => {
          if (window === this.openEnd) window.done(this.received(downlink))
        })
      },
    })
  }

  after(delayMs: number, run: () => void): number {
    this.timers.push({ dueMs: this.nowMs + delayMs + this.lateMs, run, id: ++this.lastTimer })
    return this.lastTimer
  }

  /** Lets time pass until nothing is left to happen. */
  run(): void {
    while (this.timers.length) {
      this.timers.sort((a, b) => a.dueMs - b.dueMs || a.id - b.id)
      const next = this.timers.shift()!
      this.nowMs = Math.max(this.nowMs, next.dueMs)
      next.run()
    }
  }

  join(mac: Device): boolean {
    let joined: boolean | undefined
    mac.join((result) => (joined = result))
    this.run()
    if (joined === undefined) throw new Error('join never ended')
    return joined
  }

  uplink(mac: Device, port: number, payload: Uint8Array, confirmed?: boolean): Mac.SendResult {
    let result: Mac.SendResult | undefined
    mac.send(port, payload, (done) => (result = done), confirmed)
    this.run()
    if (!result) throw new Error('send never ended')
    return result
  }

  private hal(): Hal {
    const clock = {
      nowMs: () => this.nowMs,
      setTimer: (delayMs: number, run: () => void) => this.after(delayMs, run),
      clearTimer: (id: number) => {
        this.timers = this.timers.filter((timer) => timer.id !== id)
      },
    }
    const log = (line: string): unknown => this.logs.push(line)
    return { clock, aes: tableAes, noise: () => this.noise, log } as unknown as Hal
  }

  private received({ frame }: Downlink): Received {
    return { bytes: frame, rssiDbm: -90, snrQuarterDb: this.snrQuarterDb }
  }

  private radio(): Radio {
    let prepared: { modulation: Modulation; symbols: number } | undefined
    return {
      start: () => {
        this.openEnd = undefined
        this.asleep = false
        return this.radioAnswers
      },
      sleep: () => {
        this.openEnd = undefined
        this.asleep = true
      },
      transmit: (frame, modulation, powerDbm, done) => {
        this.openEnd = undefined
        const airMs =
          airtimeMicroseconds(frame.length, modulation.spreadingFactor, modulation.bandwidthHz) / 1000
        const uplink = { frame, modulation, powerDbm, startMs: this.nowMs, endMs: this.nowMs + airMs }
        this.uplinks.push(uplink)
        this.after(airMs, () => {
          this.answer(uplink)
          done(this.radioSilent ? undefined : uplink.endMs)
        })
      },
      prepareWindow: (modulation, symbols) => {
        this.openEnd = undefined
        prepared = { modulation, symbols }
      },
      openWindow: (done) => {
        if (!prepared) throw new Error('a window that was not prepared')
        const { modulation, symbols } = prepared
        if (symbols) this.listen(modulation, symbols, done)
        else this.openEnd = { modulation, done }
      },
    }
  }

  private listen(
    modulation: Modulation,
    symbols: number,
    done: (received: Received | undefined) => void,
  ): void {
    const openMs = this.nowMs
    this.windows.push({ modulation, symbols, openMs })
    const symbolMs = symbolMicroseconds(modulation.spreadingFactor, modulation.bandwidthHz) / 1000
    const fromMs = openMs + WAKE_MS
    const closeMs = fromMs + symbols * symbolMs
    const heard = this.downlinks.find(({ modulation: m, startMs }) => {
      const same = JSON.stringify(m) === JSON.stringify(modulation)
      const seenMs = Math.min(closeMs, startMs + 8 * symbolMs) - Math.max(fromMs, startMs)
      return same && seenMs >= LOCK_SYMBOLS * symbolMs - 1e-6
    })
    if (!heard) return void this.after(closeMs - this.nowMs, () => done(undefined))
    this.after(heard.startMs + airMs(heard) - this.nowMs, () => done(this.received(heard)))
  }
}
