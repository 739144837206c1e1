/** The simulated processor: one program at a time, callbacks never overlap, calls cost time, sleep and power cuts end everything. */
import { describe, expect, test } from 'vitest'
import type { Hal } from '../../firmware/hal/index.ts'
import { NorFlash } from '../../sim/chips/flash.ts'
import { ChipMisuse } from '../../sim/chips/misuse.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { ESP32_COSTS, scaledCosts } from '../../sim/costs.ts'
import { SimHal } from '../../sim/hal.ts'
import { Machine } from '../../sim/machine.ts'
import { Random } from '../../sim/random.ts'

/** Runs `program` at each start, on a machine that is switched on at 0. */
function boot(program: (hal: Hal, machine: Machine) => void, rate = 1, factor = 1) {
  const clock = new VirtualClock(0)
  const flash = new NorFlash()
  const machine: Machine = new Machine(
    clock,
    scaledCosts(factor),
    rate,
    () =>
      program(
        new SimHal(machine, {
          settings: () => undefined,
          random: new Random(1, 'hal'),
          log: () => undefined,
        }),
        machine,
      ),
    flash,
  )
  machine.powerOn()
  return { clock, machine, flash }
}

const BOOT_MS = ESP32_COSTS.bootMicros / 1000

describe('the machine', () => {
  test('starts its program when it has booted, and says why', async () => {
    const seen: [string, number][] = []
    const { clock } = boot((hal) => seen.push([hal.power.resetReason(), hal.clock.nowMs()]))
    await clock.run(1000)
    expect(seen).toEqual([['powerOn', BOOT_MS]])
  })

  test('deep sleep ends the program in the middle of a callback and starts it again', async () => {
    const seen: string[] = []
    const { clock } = boot((hal) => {
      seen.push(hal.power.resetReason())
      hal.clock.setTimer(5, () => seen.push('a timer of a program that sleeps'))
      if (seen.length > 3) return
      hal.power.deepSleep(60_000)
      seen.push('behind deepSleep')
    })
    await clock.run(500_000)
    expect(seen).toEqual([
      'powerOn',
      'deepSleep',
      'deepSleep',
      'deepSleep',
      'a timer of a program that sleeps',
    ])
  })

  test('the clock goes on in deep sleep, at the rate of its crystal, and begins anew with the power', async () => {
    const seen: number[] = []
    const { clock, machine } = boot((hal) => {
      seen.push(Math.round(hal.clock.nowMs() * 1000) / 1000)
      if (seen.length === 1) hal.power.deepSleep(100_000)
    }, 1.001)
    await clock.run(200_000)
    expect(seen[1]! - seen[0]!).toBeCloseTo(100_000 + BOOT_MS * 1.001, 1)
    machine.powerOff()
    machine.powerOn()
    await clock.run(300_000)
    expect(seen[2]).toBeCloseTo(BOOT_MS * 1.001, 2)
  })

  test('calls cost time: the program sees its clock advance, and its timers run later', async () => {
    const seen: number[] = []
    const { clock } = boot((hal) => {
      const before = hal.clock.nowMs()
      for (let i = 0; i < 10; i++) hal.gpio.read(1)
      seen.push(hal.clock.nowMs() - before)
      hal.clock.setTimer(1, () => seen.push(hal.clock.nowMs() - before))
    })
    await clock.run(1000)
    const callMs = ESP32_COSTS.callMicros / 1000
    expect(seen[0]).toBeCloseTo(10 * callMs)
    expect(seen[1]).toBeCloseTo(11 * callMs + 1)
  })

  test('a callback waits until the processor is free; an edge keeps the time at which it happened', async () => {
    const seen: [string, number][] = []
    const { clock, machine } = boot((hal) => {
      hal.gpio.watch(26, 'rising', (high, atMs) =>
        seen.push([`edge ${high}`, Math.round(atMs)], ['heard', Math.round(hal.clock.nowMs())]),
      )
      hal.clock.setTimer(10, () => hal.flash.erase(0))
    })
    clock.setTimer(BOOT_MS + 20, () => machine.edge(26, true))
    clock.setTimer(BOOT_MS + 21, () => machine.edge(26, false))
    await clock.run(1000)
    expect(seen[0]).toEqual(['edge true', BOOT_MS + 20])
    expect(seen[1]![1]).toBeGreaterThan(BOOT_MS + 59)
    expect(seen).toHaveLength(2)
  })

  test('a watch that was ended hears nothing more, not even of an edge that has happened', async () => {
    let heard = 0
    const { clock, machine } = boot((hal) => {
      const watch = hal.gpio.watch(26, 'both', () => heard++)
      hal.clock.setTimer(10, () => {
        hal.flash.erase(0)
        hal.gpio.unwatch(watch)
      })
    })
    clock.setTimer(BOOT_MS + 20, () => machine.edge(26, true))
    await clock.run(1000)
    expect(heard).toBe(0)
  })

  test('clearTimer stops a timer, also one that is due', async () => {
    let rang = 0
    const { clock } = boot((hal) => {
      const timer = hal.clock.setTimer(5, () => rang++)
      hal.clock.setTimer(1, () => {
        hal.flash.erase(0)
        hal.clock.clearTimer(timer)
        hal.clock.clearTimer(timer)
      })
    })
    await clock.run(1000)
    expect(rang).toBe(0)
  })

  test('a power cut inside a write ends the program; flash keeps what was written', async () => {
    const seen: string[] = []
    const { clock, machine, flash } = boot((hal) => {
      seen.push(hal.power.resetReason())
      hal.clock.setTimer(100, () => seen.push('timer'))
      hal.flash.write(0, new Uint8Array(8))
      seen.push('behind the cut')
    })
    flash.cutPowerAfter(1)
    await clock.run(1000)
    expect(seen).toEqual(['powerOn'])
    expect([...flash.read(0, 8)]).toEqual([0, 0, 0, 0, 255, 255, 255, 255])
    expect(machine.program).toBe(0)
  })

  test('a reset drops the start that was under way, and outputs fall', async () => {
    const seen: string[] = []
    const levels: boolean[] = []
    const { clock, machine } = boot((hal) => {
      seen.push(hal.power.resetReason())
      hal.gpio.write(4, true)
    })
    machine.pin(4).onWrite = (high) => levels.push(high)
    clock.setTimer(100, () => machine.reboot('watchdog'))
    await clock.run(1000)
    expect(seen).toEqual(['watchdog'])
    machine.reboot()
    expect(levels).toEqual([true, false])
    await clock.run(2000)
    expect(seen).toEqual(['watchdog', 'software'])
  })

  test('refuses pins and buses that nothing is wired to, and times that are none', async () => {
    const refusals: unknown[] = []
    const { clock } = boot((hal) => {
      const misuses = [
        () => hal.adc.readMillivolts(99),
        () => hal.spi.transfer(99, [1, 2]),
        () => hal.clock.setTimer(-1, () => undefined),
        () => hal.clock.setTimer(NaN, () => undefined),
        () => hal.power.deepSleep(NaN),
      ]
      for (const misuse of misuses)
        try {
          misuse()
        } catch (error) {
          refusals.push(error)
        }
      expect(hal.i2c.write(0x10, [1])).toBe(false)
      expect(hal.i2c.read(0x10, 2)).toBeUndefined()
    })
    await clock.run(1000)
    expect(refusals).toHaveLength(5)
    expect(refusals.every((error) => error instanceof ChipMisuse)).toBe(true)
  })

  test('the factor of the costs reaches every call', async () => {
    const times: number[] = []
    for (const factor of [1, 4]) {
      const { clock } = boot(
        (hal) => {
          const before = hal.clock.nowMs()
          hal.aes(new Uint8Array(16))(new Uint8Array(16))
          hal.flash.read(0, 100)
          times.push(hal.clock.nowMs() - before)
        },
        1,
        factor,
      )
      await clock.run(10_000)
    }
    expect(times[1]).toBeCloseTo(4 * times[0]!)
  })
})
