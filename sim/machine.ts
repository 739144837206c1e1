/** A simulated microcontroller: pins, buses, flash, one program at a time, and a processor that is busy for as long as its calls cost.
 *  Two times: the world's (the virtual clock) and the program's own, which runs ahead of it while a callback computes and which no later callback
 *  can overtake. All times in microseconds. */
import type { Event, VirtualClock } from './clock.ts'
import type { ResetReason } from '../firmware/hal/index.ts'
import { NorFlash, PowerCut } from './chips/flash.ts'
import { ChipMisuse } from './chips/misuse.ts'
import type { Costs } from './costs.ts'

/** Thrown to end a program's callback from inside: nothing after deepSleep is run. One for all, since a stack for each of 100,000 sleeps would cost more than the sleep. */
const PROGRAM_END = new Error('program end')

export interface I2cDevice {
  write(bytes: readonly number[], atMicros: number): boolean
  read(length: number, atMicros: number): Uint8Array | undefined
}

export interface SpiDevice {
  transfer(bytes: ArrayLike<number>, atMicros: number): Uint8Array
}

/** A pin as the chips outside see and drive it. */
export interface Pin {
  /** Driven from outside, or by the program. */
  high: boolean
  onWrite?: (high: boolean, atMicros: number) => void
  /** Where an output comes to rest when no program drives it: by default a resistor pulls it down. */
  pullUp?: boolean
  onPulse?: (micros: number, atMicros: number) => void
  millivolts?: (atMicros: number) => number
  read?: () => boolean
  readonly edges: Map<number, (high: boolean, atMicros: number) => void>
}

export class Machine {
  readonly flash: NorFlash
  readonly i2c = new Map<number, I2cDevice>()
  readonly spi = new Map<number, SpiDevice>()
  /** Who wants to hear what the interpreter lost; of the program that runs. */
  onError: ((flags: string[]) => void) | undefined
  private watchdog: Event | undefined
  private readonly pins = new Map<number, Pin>()
  /** Counts programs; a callback of an earlier one is dropped. 0 while the power is off. */
  program = 0
  private programs = 0
  private readyMicros = 0
  /** A moment of the world, the node's own clock then, and how fast that has gone since. */
  private markMicros = 0
  private markMs = 0
  private markRate: number
  resetReason: ResetReason = 'powerOn'
  /** Awake from the start of a program until its deep sleep or the loss of power. */
  awake = false
  onAwake: (awake: boolean, atMicros: number) => void = () => undefined
  /** How fast the clock goes in deep sleep, beside its rate awake, for a sleep that begins at `atMicros`. */
  oscillator: (atMicros: number) => number = () => 1
  /** Hears what the processor (`on`, `deepSleep`, `off`) and the flash (`idle`, `writing`, `erasing`) do, for the ledger. */
  onPart: (part: 'esp32' | 'flash', state: string, atMicros: number) => void = () => undefined

  constructor(
    readonly clock: VirtualClock,
    readonly costs: Costs,
    /** How fast this board's own clock runs: 1.00002 is 20 ppm fast. */
    readonly rate: number,
    private readonly begin: () => void,
    flash = new NorFlash(),
  ) {
    this.flash = flash
    this.markRate = rate
  }

  pin(number: number): Pin {
    let pin = this.pins.get(number)
    if (!pin) this.pins.set(number, (pin = { high: false, edges: new Map() }))
    return pin
  }

  /** A chip drives a pin: its level changes now, and who watches it hears of it as soon as the processor is free. */
  edge(number: number, high: boolean): void {
    const pin = this.pin(number)
    if (pin.high === high) return
    pin.high = high
    const atMicros = this.clock.nowMicros()
    for (const [watch, run] of [...pin.edges]) this.enter(() => pin.edges.has(watch) && run(high, atMicros))
  }

  /** The program's time: how far its processor has come. */
  cpuMicros(): number {
    return Math.max(this.readyMicros, this.clock.nowMicros())
  }

  /** The node's own clock for a moment, ms since power-on. */
  ownMs(micros: number): number {
    return this.markMs + ((micros - this.markMicros) * this.markRate) / 1000
  }

  /** The node's own clock shows `ms` now: for a life that is taken up in its middle. */
  setOwnMs(ms: number): void {
    this.mark(this.clock.nowMicros(), this.markRate)
    this.markMs = ms
  }

  /** From `micros` on the node's own clock goes at `rate`. */
  private mark(micros: number, rate: number): void {
    this.markMs = this.ownMs(micros)
    this.markMicros = micros
    this.markRate = rate
  }

  /** Microseconds of the world that `ms` of the node's own clock take. */
  worldMicros(ms: number): number {
    return (ms * 1000) / this.rate
  }

  /** Charges the processor. */
  spend(micros: number): void {
    this.readyMicros = this.cpuMicros() + micros
  }

  /** Runs a callback of the program that is running now, when its processor is free. */
  enter(run: () => unknown, program = this.program): void {
    if (program !== this.program || program === 0) return
    const now = this.clock.nowMicros()
    if (this.readyMicros > now) {
      this.clock.at(this.readyMicros, () => this.enter(run, program))
      return
    }
    this.readyMicros = now
    try {
      run()
    } catch (error) {
      if (error instanceof PowerCut) this.powerOff()
      else if (error !== PROGRAM_END) throw error
    }
  }

  powerOn(): void {
    this.markMicros = this.clock.nowMicros()
    this.markMs = 0
    this.markRate = this.rate
    this.boot('powerOn', this.markMicros)
  }

  /** RAM, timers and the clock are lost, flash stays. */
  powerOff(): void {
    this.stop(this.clock.nowMicros(), 'off')
  }

  /** The reset button, the watchdog or a restart by software: RAM is lost, the clock goes on. */
  reboot(reason: ResetReason = 'software'): void {
    const now = this.clock.nowMicros()
    this.stop(now, 'off')
    this.boot(reason, now)
  }

  /** Called by the program: it ends here and another one starts later. */
  deepSleep(durationMs: number): never {
    if (!(durationMs >= 0)) throw new ChipMisuse('esp32', 'esp_deep_sleep takes a time', `${durationMs} ms`)
    const asleep = this.cpuMicros()
    this.stop(asleep, 'deepSleep')
    this.mark(asleep, this.rate * this.oscillator(asleep))
    this.boot('deepSleep', asleep + (durationMs * 1000) / this.markRate)
    throw PROGRAM_END
  }

  /** Resets the chip unless the program sleeps or watches again within `seconds`. */
  watch(seconds: number): void {
    if (this.watchdog) this.clock.cancel(this.watchdog)
    const { program } = this
    this.watchdog = this.clock.at(this.cpuMicros() + this.worldMicros(seconds * 1000), () => {
      if (this.program === program) this.reboot('watchdog')
    })
  }

  /** The interpreter loses what is underway, as when it runs out of memory: a later callback tells the program. */
  lose(flags: string[]): void {
    const run = this.onError
    if (run) this.enter(() => run(flags))
  }

  private stop(atMicros: number, state: 'deepSleep' | 'off'): void {
    this.program = 0
    this.awake = false
    this.onError = undefined
    if (this.watchdog) this.clock.cancel(this.watchdog)
    this.watchdog = undefined
    this.onAwake(false, atMicros)
    this.onPart('esp32', state, atMicros)
    for (const pin of this.pins.values()) {
      pin.edges.clear()
      const rest = pin.pullUp === true
      if (pin.onWrite && pin.high !== rest) this.write(pin, rest, atMicros)
    }
  }

  private boot(reason: ResetReason, fromMicros: number): void {
    const program = ++this.programs
    // The new program's number counts at once, so that a later loss of power or reset drops this start.
    this.program = program
    this.clock.at(fromMicros, () => {
      if (this.program !== program) return
      this.mark(this.clock.nowMicros(), this.rate)
      this.awake = true
      this.onAwake(true, this.clock.nowMicros())
      this.onPart('esp32', 'on', this.clock.nowMicros())
      this.resetReason = reason
      this.readyMicros = this.clock.nowMicros()
      this.spend(this.costs.bootMicros)
      this.enter(this.begin, program)
    })
  }

  /** The flash chip is busy, and the processor waits for it. */
  spendOnFlash(state: 'writing' | 'erasing', micros: number): void {
    this.onPart('flash', state, this.cpuMicros())
    this.spend(micros)
    this.onPart('flash', 'idle', this.cpuMicros())
  }

  write(pin: Pin, high: boolean, atMicros: number): void {
    pin.high = high
    pin.onWrite?.(high, atMicros)
  }
}
