/** Espruino's globals over the simulator's chips: what a bundle sees on a board, with everything that is said written down.
 *  The costs are those of sim/hal.ts, call by call, so that a bundle and the sources live through the same microseconds. */
import { createContext, type Context, type Script } from 'node:vm'
import type { Board } from '../../firmware/board.ts'
import type { Hal } from '../../firmware/hal/index.ts'
import type { SimNode } from '../../sim/node.ts'
import { sha256 } from '../core/lms/signatures.ts'
import { withoutWhatEspruinoLacks } from './context.ts'
import { pricedStorage } from './slots.ts'
import { EspruinoWifi } from './wifi.ts'
import type { Call, Transcript } from './transcript.ts'

type Bytes = Uint8Array | number[]

const NO_BYTES = new Uint8Array(0)
/** firmware/hal/espruino.ts: millivolts = fraction x 3,300 + 142. */
const ADC_SPAN_MILLIVOLTS = 3_300
const ADC_OFFSET_MILLIVOLTS = 142
const ADC_STEPS = 4_096
const NOISE_READINGS = 8
const MIDDLE_STEPS = 2_048
/** ESP-IDF's ESP_SLEEP_WAKEUP_TIMER. */
const WAKEUP_TIMER = 4
/** ESP32 technical reference manual: POWERON_RESET, DEEPSLEEP_RESET, SW_CPU_RESET, RTCWDT_BROWN_OUT_RESET, RTCWDT_RTC_RESET; an upload leaves what was. */
const RESET_CAUSES = {
  powerOn: 1,
  load: 1,
  deepSleep: 5,
  software: 12,
  brownOut: 15,
  watchdog: 16,
  unknown: 0,
}

const rotate = (bits: number, by: number): number => (bits << by) | (bits >>> (32 - by))

/** Readings of chance that make the board's noise() come out as `wanted`: the simulator's chance and the bundle's are then the same. */
export function bentNoise(wanted: number, seconds: number): { random: number; readings: number[] } {
  const readings = new Array<number>(NOISE_READINGS).fill(MIDDLE_STEPS)
  const first = (): number => {
    let rest = 0
    for (const steps of readings) rest = rotate(rest, 5) ^ steps ^ (seconds * 1e6)
    return rotate(wanted ^ rest, 32 - ((5 * NOISE_READINGS) % 32))
  }
  // noise() begins with 31 bits: where the 32nd is needed, one bit of the last reading gives it.
  if (first() < 0) readings[NOISE_READINGS - 1]! ^= 1 << ((31 + 5 * NOISE_READINGS) % 32)
  return { random: (first() + 0.5) / 0x7fffffff, readings: readings.map((steps) => steps / ADC_STEPS) }
}

/** Runs programs on one simulated node and hands over a transcript of each when it has ended. */
export class EspruinoBoard {
  private timers = 0
  private watches = 0
  private transcript: Transcript = []
  private files: ReadonlyMap<string, Buffer> = new Map()
  /** The loader's watchdog is not in the sources. */
  private watching = false
  private readonly noiseReadings: number[] = []

  constructor(
    private readonly node: SimNode,
    private readonly hal: Hal,
    private readonly board: Board,
    private readonly onProgram: (transcript: Transcript) => void,
  ) {}

  /** Nothing more is said: the last program has ended too. */
  end(): void {
    if (this.transcript.length > 0) this.onProgram(this.transcript)
    this.transcript = []
  }

  /** Starts the loader as after a reset: fresh globals, nothing else. `files` are the record and the slots, which programs write into. */
  start(loader: Script, files: ReadonlyMap<string, Buffer>): void {
    this.files = files
    this.watching = false
    this.timers = this.watches = 0
    this.noiseReadings.length = 0
    this.end()
    loader.runInContext(this.globals())
  }

  private say<T extends number | Uint8Array | undefined>(
    call: Call,
    numbers: number[],
    bytes: Bytes,
    answer: () => T,
  ): T {
    const entry: Transcript[number] = { call, numbers, bytes: Uint8Array.from(bytes) }
    this.transcript.push(entry)
    const answered = answer()
    // A copy: the program may write into what it was given.
    entry.answer = answered instanceof Uint8Array ? answered.slice() : answered
    return answered
  }

  /** A call that answers nothing and whose work is done before the next one. */
  private tell(call: Call, numbers: number[], bytes: Bytes = NO_BYTES, act: () => void = () => {}): void {
    this.say(call, numbers, bytes, () => {
      act()
      return undefined
    })
  }

  private globals(): Context {
    const { Wifi, net } = new EspruinoWifi(this.hal, (entry, act) => {
      this.transcript.push(entry)
      return act()
    })
    const modules = { Flash: this.flash(), Storage: this.storage(), crypto: this.crypto(), Wifi, net }
    const context = createContext({
      ...this.time(),
      ...this.pins(),
      ...this.buses(),
      E: {
        enableWatchdog: (s: number, auto: boolean) =>
          this.tell('E.enableWatchdog', [s, +auto], NO_BYTES, () => {
            if (!auto && this.watching) this.hal.power.watch(s)
            this.watching ||= auto
          }),
        kickWatchdog: () => this.tell('E.kickWatchdog', []),
        // Nothing is lost here; the real interpreter has its own.
        on: () => {},
        toString: (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'),
        toArrayBuffer: (text: string) => Uint8Array.from(Buffer.from(text, 'latin1')).buffer,
      },
      ESP32: {
        deepSleep: (micros: number) => {
          if (!(micros >= 0 && micros < 2 ** 31)) throw new Error(`ESP32.deepSleep(${micros}): never wakes`)
          this.tell('ESP32.deepSleep', [micros], NO_BYTES, () => this.hal.power.deepSleep(micros / 1000))
        },
        getWakeupCause: () =>
          this.say('ESP32.getWakeupCause', [], NO_BYTES, () =>
            this.node.machine.resetReason === 'deepSleep' ? WAKEUP_TIMER : 0,
          ),
      },
      peek32: (address: number) =>
        this.say('peek32', [address], NO_BYTES, () => RESET_CAUSES[this.node.machine.resetReason]),
      process: {
        memory: (collect: boolean) => ({
          free: this.say('process.memory', [+collect], NO_BYTES, () => this.hal.freeVariables()),
        }),
      },
      atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
      require: (name: keyof typeof modules) => modules[name],
      print: (line: string) => this.tell('print', [], Buffer.from(line), () => this.hal.log(line)),
      drawRandom: () => this.random(),
    })
    withoutWhatEspruinoLacks.runInContext(context)
    return context
  }

  private seconds(): number {
    return this.hal.clock.nowMs() / 1000
  }

  private time() {
    const running = new Map<number, number>()
    return {
      getTime: () => this.say('getTime', [], NO_BYTES, () => this.seconds()),
      setTimeout: (run: () => void, delayMs: number) =>
        this.say('setTimeout', [delayMs], NO_BYTES, () => {
          const timer = ++this.timers
          const fire = (): void => {
            this.transcript.push({ call: 'timer', numbers: [timer], bytes: NO_BYTES })
            run()
          }
          running.set(timer, this.hal.clock.setTimer(delayMs, fire))
          return timer
        }),
      clearTimeout: (timer: number) =>
        this.tell('clearTimeout', [timer], NO_BYTES, () =>
          this.hal.clock.clearTimer(running.get(timer) ?? 0),
        ),
    }
  }

  private pins() {
    const { gpio } = this.hal
    const running = new Map<number, number>()
    type Edge = (event: { state: boolean; time: number }) => void
    return {
      pinMode: (pin: number, mode: string) => this.tell('pinMode', [pin], Buffer.from(mode)),
      digitalWrite: (pin: number, high: boolean) =>
        this.tell('digitalWrite', [pin, +high], NO_BYTES, () => {
          // The select line is the bus's; setting it up is part of the boot time.
          if (pin !== this.board.radio?.select) gpio.write(pin, high)
        }),
      digitalRead: (pin: number) => this.say('digitalRead', [pin], NO_BYTES, () => +gpio.read(pin)),
      digitalPulse: (pin: number, high: boolean, ms: number) =>
        this.tell('digitalPulse', [pin, +high, ms], NO_BYTES, () => gpio.pulse(pin, ms * 1000)),
      analogRead: (pin: number) => this.say('analogRead', [pin], NO_BYTES, () => this.analog(pin)),
      setWatch: (run: Edge, pin: number, { repeat, edge }: { repeat: boolean; edge: 'both' }) =>
        this.say('setWatch', [pin, +repeat], Buffer.from(edge), () => {
          const watch = ++this.watches
          const fire = (state: boolean, atMs: number): void => {
            const time = atMs / 1000
            this.transcript.push({ call: 'edge', numbers: [watch, +state, time], bytes: NO_BYTES })
            run({ state, time })
          }
          running.set(watch, gpio.watch(pin, edge, fire))
          return watch
        }),
      clearWatch: (watch: number) =>
        this.tell('clearWatch', [watch], NO_BYTES, () => gpio.unwatch(running.get(watch) ?? 0)),
    }
  }

  private random(): number {
    return this.say('Math.random', [], NO_BYTES, () => {
      const bent = bentNoise(this.hal.noise(), this.seconds())
      this.noiseReadings.push(...bent.readings)
      return bent.random
    })
  }

  private analog(pin: number): number {
    const bent = this.noiseReadings.shift()
    if (bent !== undefined) return bent
    return (this.hal.adc.readMillivolts(pin) - ADC_OFFSET_MILLIVOLTS) / ADC_SPAN_MILLIVOLTS
  }

  private buses() {
    const { spi, i2c } = this.hal
    return {
      SPI1: {
        setup: (o: Record<'sck' | 'miso' | 'mosi' | 'baud', number>) =>
          this.tell('SPI1.setup', [o.sck, o.miso, o.mosi, o.baud]),
        send: (bytes: Bytes, select: number) =>
          this.say('SPI1.send', [select], bytes, () => spi.transfer(select, bytes)),
      },
      I2C1: {
        setup: (o: Record<'sda' | 'scl' | 'bitrate', number>) =>
          this.tell('I2C1.setup', [o.sda, o.scl, o.bitrate]),
        writeTo: (address: number, bytes: number[]) => {
          const done = this.say('I2C1.writeTo', [address], bytes, () => +i2c.write(address, bytes))
          this.refuse(done === 0)
        },
        readFrom: (address: number, length: number) => {
          const bytes = this.say('I2C1.readFrom', [address, length], NO_BYTES, () =>
            i2c.read(address, length),
          )
          this.refuse(bytes === undefined)
          return bytes
        },
      },
    }
  }

  /** Espruino throws where nobody acknowledges. */
  private refuse(refused: boolean): void {
    const last = this.transcript[this.transcript.length - 1]!
    if (refused) last.threw = true
    last.answer = last.answer instanceof Uint8Array ? last.answer : undefined
    if (refused) throw new Error('I2C device not responding')
  }

  /** The area is read through the Hal at its price; the last sector, which only Espruino's Hal knows, for nothing. */
  private flash() {
    const { address, size, sectorSize } = this.board.flash
    const chip = (at: number) =>
      at - address >= size - sectorSize ? this.node.machine.flash : this.hal.flash
    return {
      read: (length: number, at: number) =>
        this.say('Flash.read', [length, at], NO_BYTES, () => chip(at).read(at - address, length)),
      write: (bytes: Uint8Array, at: number) =>
        this.tell('Flash.write', [at], bytes, () => chip(at).write(at - address, bytes)),
      erasePage: (at: number) =>
        this.tell('Flash.erasePage', [at], NO_BYTES, () => chip(at).erase(at - address)),
    }
  }

  private storage() {
    return {
      // The loader's part and an update's: files are there, as the code that runs is, and no word to the board.
      ...pricedStorage(this.node.machine, this.files),
      readArrayBuffer: (name: string) =>
        this.say('Storage.readArrayBuffer', [], Buffer.from(name), () =>
          name === 'wifi' ? this.hal.wlan!.settings() : this.hal.settings(name === 'abp' ? name : undefined),
        )?.slice().buffer,
    }
  }

  /** Answers the ArrayBuffer that Espruino answers. */
  private crypto() {
    const encrypt = (message: Uint8Array, key: Uint8Array, { mode }: { mode: string }) => {
      if (mode !== 'ECB') throw new Error(`AES.encrypt: mode ${mode}`)
      return this.say('AES.encrypt', [], Buffer.concat([message, key]), () => {
        const block = Uint8Array.from(message)
        this.hal.aes(Uint8Array.from(key))(block)
        return block
      }).slice().buffer
    }
    const SHA256 = (message: Uint8Array | string) =>
      Uint8Array.from(sha256(Buffer.from(message as string, 'latin1'))).buffer
    return { AES: { encrypt }, SHA256 }
  }
}
