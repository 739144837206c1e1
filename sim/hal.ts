/** The Hal of the programs on a simulated machine. Each call charges the processor what it costs on a board (costs.ts).
 *  Classes, since a closure a call would be made anew for every machine; one Hal serves all programs of its machine, one after the other. */
import { createHash } from 'node:crypto'
import type { Sha256 } from '../core/hash.ts'
import type { Aes, BlockCipher } from '../core/cipher.ts'
import { tableAes } from '../core/lorawan/aes.ts'
import type {
  Adc,
  Edge,
  Files,
  Flash,
  Gpio,
  Hal,
  I2cBus,
  NodeClock,
  Power,
  ResetReason,
  SpiBus,
} from '../firmware/hal/index.ts'
import type { Network } from '../firmware/hal/network.ts'
import type { Event } from './clock.ts'
import { ChipMisuse } from './chips/misuse.ts'
import { filesOn, SimFiles } from './files.ts'
import type { Machine } from './machine.ts'
import type { Random } from './random.ts'

const MILLIVOLTS_MAX = 3_300
/** What the real interpreter has free between two calls of a bundle, of 2,500. */
const FREE_VARIABLES = 900

/** What a program may know besides its chips. */
export interface HalSources {
  /** The board's own store; an empty one where nobody looks at it. */
  files?: SimFiles
  settings(file?: 'abp'): Uint8Array | undefined
  random: Random
  /** What a test or a replayed bundle wants the interpreter to have free. */
  freeVariables?(): number
  log(line: string): void
  wlan?: Network | undefined
}

export class SimHal implements Hal {
  readonly clock: NodeClock
  readonly power: Power
  readonly gpio: Gpio
  readonly adc: Adc
  readonly i2c: I2cBus
  readonly spi: SpiBus
  readonly flash: Flash
  readonly aes: Aes
  readonly sha256: Sha256 = (message) => new Uint8Array(createHash('sha256').update(message).digest())
  readonly wlan?: Network

  constructor(
    private readonly machine: Machine,
    private readonly sources: HalSources,
  ) {
    this.clock = new SimNodeClock(machine)
    this.power = new SimPower(machine)
    this.gpio = new SimGpio(machine)
    this.adc = new SimAdc(machine)
    this.i2c = new SimI2c(machine)
    this.spi = new SimSpi(machine)
    this.flash = new SimFlash(machine)
    this.aes = (key) => cipherOn(machine, key)
    if (sources.wlan) this.wlan = sources.wlan
  }

  files(): Files {
    return filesOn(this.machine, (this.sources.files ??= new SimFiles()))
  }

  settings(file?: 'abp'): Uint8Array | undefined {
    return this.sources.settings(file)
  }

  noise(): number {
    this.machine.spend(this.machine.costs.callMicros + this.machine.costs.adcMicros)
    return this.sources.random.uint32()
  }

  freeVariables(): number {
    return this.sources.freeVariables?.() ?? FREE_VARIABLES
  }

  onError(run: (flags: string[]) => void): void {
    this.machine.onError = run
  }

  log(line: string): void {
    this.machine.spend(this.machine.costs.callMicros + line.length * this.machine.costs.logByteMicros)
    this.sources.log(line)
  }
}

/** The board's own AES: as core's, at the board's price. */
function cipherOn(machine: Machine, key: Uint8Array): BlockCipher {
  machine.spend(machine.costs.callMicros + machine.costs.aesKeyMicros)
  const encrypt = tableAes(key)
  return (block) => {
    machine.spend(machine.costs.callMicros + machine.costs.aesBlockMicros)
    encrypt(block)
  }
}

class SimNodeClock implements NodeClock {
  private readonly timers = new Map<number, Event>()
  private last = 0

  constructor(private readonly machine: Machine) {}

  nowMs(): number {
    return this.machine.ownMs(this.machine.cpuMicros())
  }

  setTimer(delayMs: number, run: () => void): number {
    const { machine } = this
    machine.spend(machine.costs.callMicros)
    if (!(delayMs >= 0)) throw new ChipMisuse('esp32', 'a timer takes a time of 0 or more', `${delayMs} ms`)
    const timer = ++this.last
    const { program } = machine
    const dueMicros = machine.cpuMicros() + machine.worldMicros(delayMs)
    const event = machine.clock.at(dueMicros, () => {
      // A program that has ended takes its timers with it.
      if (machine.program === program) machine.enter(() => this.timers.delete(timer) && run())
      else this.timers.delete(timer)
    })
    this.timers.set(timer, event)
    return timer
  }

  clearTimer(timer: number): void {
    const event = this.timers.get(timer)
    if (event) this.machine.clock.cancel(event)
    this.timers.delete(timer)
  }
}

class SimPower implements Power {
  constructor(private readonly machine: Machine) {}

  resetReason(): ResetReason {
    return this.machine.resetReason
  }

  watch(seconds: number): void {
    this.machine.watch(seconds)
  }

  deepSleep(durationMs: number): void {
    this.machine.deepSleep(durationMs)
  }
}

class SimGpio implements Gpio {
  private readonly watched = new Map<number, number>()
  private last = 0

  constructor(private readonly machine: Machine) {}

  write(number: number, high: boolean): void {
    this.machine.spend(this.machine.costs.callMicros)
    this.machine.write(this.machine.pin(number), high, this.machine.cpuMicros())
  }

  read(number: number): boolean {
    this.machine.spend(this.machine.costs.callMicros)
    const pin = this.machine.pin(number)
    return pin.read ? pin.read() : pin.high
  }

  pulse(number: number, microseconds: number): void {
    this.machine.spend(this.machine.costs.callMicros)
    this.machine.pin(number).onPulse?.(microseconds, this.machine.cpuMicros())
  }

  watch(number: number, edge: Edge, run: (high: boolean, atMs: number) => void): number {
    const { machine } = this
    machine.spend(machine.costs.callMicros)
    const watch = ++this.last
    this.watched.set(watch, number)
    machine.pin(number).edges.set(watch, (high, atMicros) => {
      if (edge === 'both' || (edge === 'rising') === high) run(high, machine.ownMs(atMicros))
    })
    return watch
  }

  unwatch(watch: number): void {
    const number = this.watched.get(watch)
    if (number !== undefined) this.machine.pin(number).edges.delete(watch)
    this.watched.delete(watch)
  }
}

class SimAdc implements Adc {
  constructor(private readonly machine: Machine) {}

  readMillivolts(number: number): number {
    const { machine } = this
    machine.spend(machine.costs.callMicros + machine.costs.adcMicros)
    const read = machine.pin(number).millivolts
    if (!read) throw new ChipMisuse('esp32', 'an analog pin that nothing is wired to', `pin ${number}`)
    return Math.max(0, Math.min(MILLIVOLTS_MAX, Math.round(read(machine.cpuMicros()))))
  }
}

class SimI2c implements I2cBus {
  constructor(private readonly machine: Machine) {}

  write(address: number, bytes: number[]): boolean {
    const { machine } = this
    machine.spend(machine.costs.callMicros + (1 + bytes.length) * machine.costs.i2cByteMicros)
    return machine.i2c.get(address)?.write(bytes, machine.cpuMicros()) ?? false
  }

  read(address: number, length: number): Uint8Array | undefined {
    const { machine } = this
    machine.spend(machine.costs.callMicros + (1 + length) * machine.costs.i2cByteMicros)
    return machine.i2c.get(address)?.read(length, machine.cpuMicros())
  }
}

class SimSpi implements SpiBus {
  constructor(private readonly machine: Machine) {}

  transfer(selectPin: number, bytes: Uint8Array | number[]): Uint8Array {
    const { machine } = this
    machine.spend(machine.costs.callMicros + bytes.length * machine.costs.spiByteMicros)
    const chip = machine.spi.get(selectPin)
    if (!chip) throw new ChipMisuse('esp32', 'a select pin that no chip is wired to', `pin ${selectPin}`)
    return chip.transfer(bytes, machine.cpuMicros())
  }
}

class SimFlash implements Flash {
  readonly size: number
  readonly sectorSize: number

  constructor(private readonly machine: Machine) {
    this.size = machine.flash.size
    this.sectorSize = machine.flash.sectorSize
  }

  read(offset: number, length: number): Uint8Array {
    const { costs, flash } = this.machine
    this.machine.spend(costs.callMicros + length * costs.flashReadByteMicros)
    return flash.read(offset, length)
  }

  write(offset: number, bytes: Uint8Array): void {
    const { costs, flash } = this.machine
    this.machine.spend(costs.callMicros)
    this.machine.spendOnFlash('writing', costs.flashWriteMicros + bytes.length * costs.flashWriteByteMicros)
    flash.write(offset, bytes)
  }

  erase(offset: number): void {
    const { costs, flash } = this.machine
    this.machine.spend(costs.callMicros)
    this.machine.spendOnFlash('erasing', costs.flashEraseMicros)
    flash.erase(offset)
  }
}
