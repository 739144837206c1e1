/** The Hal of one program on a simulated machine. Each call charges the processor what it costs on a board (costs.ts). */
import { tableAes } from '../core/lorawan/aes.ts'
import type { Adc, Flash, Gpio, Hal, I2cBus, NodeClock, Power, SpiBus } from '../firmware/hal/index.ts'
import type { Event } from './clock.ts'
import { ChipMisuse } from './chips/misuse.ts'
import type { Machine } from './machine.ts'
import type { Random } from './random.ts'

/** What a program may know besides its chips. */
export interface HalSources {
  settings(): Uint8Array | undefined
  random: Random
  log(line: string): void
}

/** The Hal for the program that `machine` has just started; it is dead when that program has ended. */
export function makeHal(machine: Machine, sources: HalSources): Hal {
  const { costs } = machine
  return {
    clock: makeClock(machine),
    power: makePower(machine),
    gpio: makeGpio(machine),
    adc: makeAdc(machine),
    i2c: makeI2c(machine),
    spi: makeSpi(machine),
    flash: makeFlash(machine),
    aes: (key) => {
      machine.spend(costs.callMicros + costs.aesKeyMicros)
      const encrypt = tableAes(key)
      return (block) => {
        machine.spend(costs.callMicros + costs.aesBlockMicros)
        encrypt(block)
      }
    },
    settings: () => sources.settings(),
    noise: () => {
      machine.spend(costs.callMicros + costs.adcMicros)
      return sources.random.uint32()
    },
    log: (line) => {
      machine.spend(costs.callMicros + line.length * costs.logByteMicros)
      sources.log(line)
    },
  }
}

function makeClock(machine: Machine): NodeClock {
  const { clock, program } = machine
  const timers = new Map<number, Event>()
  let last = 0
  return {
    nowMs: () => machine.ownMs(machine.cpuMicros()),
    setTimer: (delayMs, run) => {
      machine.spend(machine.costs.callMicros)
      if (!(delayMs >= 0)) throw new ChipMisuse('esp32', 'a timer takes a time of 0 or more', `${delayMs} ms`)
      const timer = ++last
      const due = machine.cpuMicros() + machine.worldMicros(delayMs)
      const fire = (): void => {
        if (timers.delete(timer)) run()
      }
      timers.set(
        timer,
        clock.at(due, () => machine.enter(fire, program)),
      )
      return timer
    },
    clearTimer: (timer) => {
      const event = timers.get(timer)
      if (event) clock.cancel(event)
      timers.delete(timer)
    },
  }
}

function makePower(machine: Machine): Power {
  return {
    resetReason: () => machine.resetReason,
    deepSleep: (durationMs) => machine.deepSleep(durationMs),
  }
}

function makeGpio(machine: Machine): Gpio {
  const watched = new Map<number, number>()
  let last = 0
  return {
    write: (number, high) => {
      machine.spend(machine.costs.callMicros)
      machine.write(machine.pin(number), high, machine.cpuMicros())
    },
    read: (number) => {
      machine.spend(machine.costs.callMicros)
      const pin = machine.pin(number)
      return pin.read ? pin.read() : pin.high
    },
    pulse: (number, microseconds) => {
      machine.spend(machine.costs.callMicros)
      machine.pin(number).onPulse?.(microseconds, machine.cpuMicros())
    },
    watch: (number, edge, run) => {
      machine.spend(machine.costs.callMicros)
      const watch = ++last
      watched.set(watch, number)
      machine.pin(number).edges.set(watch, (high, atMicros) => {
        if (edge === 'both' || (edge === 'rising') === high) run(high, machine.ownMs(atMicros))
      })
      return watch
    },
    unwatch: (watch) => {
      const number = watched.get(watch)
      if (number !== undefined) machine.pin(number).edges.delete(watch)
      watched.delete(watch)
    },
  }
}

function makeAdc(machine: Machine): Adc {
  return {
    readMillivolts: (number) => {
      machine.spend(machine.costs.callMicros + machine.costs.adcMicros)
      const read = machine.pin(number).millivolts
      if (!read) throw new ChipMisuse('esp32', 'an analog pin that nothing is wired to', `pin ${number}`)
      return Math.max(0, Math.min(3_300, Math.round(read(machine.cpuMicros()))))
    },
  }
}

function makeI2c(machine: Machine): I2cBus {
  const { costs, i2c } = machine
  return {
    write: (address, bytes) => {
      machine.spend(costs.callMicros + (1 + bytes.length) * costs.i2cByteMicros)
      return i2c.get(address)?.write(bytes, machine.cpuMicros()) ?? false
    },
    read: (address, length) => {
      machine.spend(costs.callMicros + (1 + length) * costs.i2cByteMicros)
      return i2c.get(address)?.read(length, machine.cpuMicros())
    },
  }
}

function makeSpi(machine: Machine): SpiBus {
  const { costs, spi } = machine
  return {
    transfer: (selectPin, bytes) => {
      machine.spend(costs.callMicros + bytes.length * costs.spiByteMicros)
      const chip = spi.get(selectPin)
      if (!chip) throw new ChipMisuse('esp32', 'a select pin that no chip is wired to', `pin ${selectPin}`)
      return chip.transfer(bytes, machine.cpuMicros())
    },
  }
}

function makeFlash(machine: Machine): Flash {
  const { costs, flash } = machine
  return {
    size: flash.size,
    sectorSize: flash.sectorSize,
    read: (offset, length) => {
      machine.spend(costs.callMicros + length * costs.flashReadByteMicros)
      return flash.read(offset, length)
    },
    write: (offset, bytes) => {
      machine.spend(costs.callMicros + costs.flashWriteMicros + bytes.length * costs.flashWriteByteMicros)
      flash.write(offset, bytes)
    },
    erase: (offset) => {
      machine.spend(costs.callMicros + costs.flashEraseMicros)
      flash.erase(offset)
    },
  }
}
