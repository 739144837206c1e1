/** The Hal on Espruino's globals: a stand-in for the board says what was called. test/espruino runs the same file in the real interpreter. */
import Module from 'node:module'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ttgoLora32V21 as board } from '../../../boards/ttgoLora32V21.ts'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { espruinoHal } from '../../../firmware/hal/espruino.ts'
import { CutFlash } from '../cutFlash.ts'

const HOUR_MS = 3_600_000

/** What deep sleep throws here: nothing after the call is run. */
class Asleep extends Error {}

const world = {
  seconds: 5,
  cause: 0,
  flash: new CutFlash(),
  calls: [] as unknown[][],
  nack: false,
  settings: undefined as ArrayBuffer | undefined,
  analog: 0.5,
  resetState: 0,
  errorFlag: (_flags: string[]): void => {},
}

const recorded =
  (name: string) =>
  (...values: unknown[]): void => {
    world.calls.push([name, ...values])
  }

const called = (name: string): unknown[][] =>
  world.calls.filter((call) => call[0] === name).map((call) => call.slice(1))

/** What the board's `require` answers. */
const modules: Record<string, unknown> = {
  Flash: {
    read: (length: number, address: number) => world.flash.read(address - board.flash.address, length),
    write: (bytes: Uint8Array, address: number) => world.flash.write(address - board.flash.address, bytes),
    erasePage: (address: number) => world.flash.erase(address - board.flash.address),
  },
  Storage: { readArrayBuffer: () => world.settings },
  crypto: {
    AES: {
      encrypt: (message: Uint8Array, key: Uint8Array, options: { mode: string }) => {
        expect([message.length, options.mode]).toEqual([16, 'ECB'])
        const block = message.slice()
        tableAes(key)(block)
        return block.buffer
      },
    },
  },
}

/** The test runner hands every module Node's own `require`, so it is there that the board's modules are put in. */
type Load = (name: string, ...rest: unknown[]) => unknown
const loader = Module as unknown as { _load: Load }
const nodeLoad = loader._load

beforeEach(() => {
  loader._load = (name, ...rest) => modules[name] ?? nodeLoad(name, ...rest)

  Object.assign(world, {
    seconds: 5,
    cause: 0,
    flash: new CutFlash(),
    calls: [],
    nack: false,
    settings: undefined,
    analog: 0.5,
    resetState: 0x3041,
  })
  const globals = {
    SPI1: {
      setup: recorded('spi'),
      send: (bytes: number[], pin: number) => (recorded('send')(bytes, pin), Uint8Array.from(bytes)),
    },
    I2C1: {
      setup: recorded('i2c'),
      writeTo: (...values: unknown[]) => {
        if (world.nack) throw new Error('no acknowledge')
        recorded('writeTo')(...values)
      },
      readFrom: (_address: number, length: number) => {
        if (world.nack) throw new Error('no acknowledge')
        return new Uint8Array(length).fill(7)
      },
    },
    ESP32: {
      deepSleep: (microseconds: number) => {
        if (microseconds !== (microseconds | 0)) throw new Error('not a signed 32-bit number of microseconds')
        recorded('deepSleep')(microseconds)
        throw new Asleep()
      },
      getWakeupCause: () => world.cause,
    },
    E: {
      enableWatchdog: recorded('watchdog'),
      kickWatchdog: recorded('kick'),
      on: (event: string, run: (flags: string[]) => void) => event === 'errorFlag' && (world.errorFlag = run),
    },
    process: {
      memory: (collect: boolean) => (
        expect(collect).toBe(false),
        { free: 1_234, usage: 1_266, total: 2_500 }
      ),
    },
    peek32: (address: number) => (expect(address).toBe(0x3ff48034), world.resetState),
    getTime: () => world.seconds,
    setTimeout: (...values: unknown[]) => (recorded('setTimeout')(...values), 9),
    clearTimeout: recorded('clearTimeout'),
    pinMode: recorded('pinMode'),
    digitalWrite: recorded('digitalWrite'),
    digitalRead: () => 1,
    digitalPulse: recorded('digitalPulse'),
    analogRead: () => world.analog,
    setWatch: (...values: unknown[]) => (recorded('setWatch')(...values), 3),
    clearWatch: recorded('clearWatch'),
    print: recorded('print'),
  }
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
})

afterEach(() => {
  vi.unstubAllGlobals()
  loader._load = nodeLoad
})

const asleep = (run: () => void): void => expect(run).toThrow(Asleep)

describe('the Hal on Espruino', () => {
  test('sets the buses up on the pins of the board', () => {
    espruinoHal(board)
    expect(called('spi')).toEqual([[{ sck: 5, miso: 19, mosi: 27, baud: 8_000_000 }]])
    expect(called('i2c')).toEqual([[{ sda: 21, scl: 22, bitrate: 100_000 }]])
    expect(called('digitalWrite')).toEqual([[18, true]])
    expect(called('watchdog')).toEqual([[60, true]])
  })

  test('tells the first start of a bundle, whatever the chip still shows of its last one', () => {
    const hal = espruinoHal(board)
    vi.stubGlobal('firstStart', true)
    world.cause = 4
    expect(hal.power.resetReason()).toBe('load')
    world.cause = 0
  })

  test('tells why the program started', () => {
    const hal = espruinoHal(board)
    expect(hal.power.resetReason()).toBe('powerOn')
    world.seconds = 4000
    expect(hal.power.resetReason()).toBe('load')
    // PRO CPU's cause in the lowest six bits, the other processor's and more above.
    const causes = { software: [3, 12], brownOut: [15], watchdog: [7, 8, 9, 16], unknown: [5] }
    for (const [reason, those] of Object.entries(causes))
      for (const cause of those) {
        world.resetState = 0x3380 | cause
        expect([cause, hal.power.resetReason()]).toEqual([cause, reason])
      }
    world.cause = 4
    expect(hal.power.resetReason()).toBe('deepSleep')
  })

  test('is watched by what the idle interpreter does not kick', () => {
    espruinoHal(board).power.watch(180)
    expect(called('watchdog')).toEqual([
      [60, true],
      [180, false],
    ])
    expect(called('kick')).toHaveLength(1)
  })

  test('tells free variables and what the interpreter lost', () => {
    const hal = espruinoHal(board)
    expect(hal.freeVariables()).toBe(1_234)
    const heard: string[][] = []
    hal.onError((flags) => heard.push(flags))
    world.errorFlag(['LOW_MEMORY', 'MEMORY'])
    expect(heard).toEqual([['LOW_MEMORY', 'MEMORY']])
  })

  test('has milliseconds with a fraction, and timers and stamps on the same scale', () => {
    const hal = espruinoHal(board)
    world.seconds = 1.25
    expect(hal.clock.nowMs()).toBe(1250)
    const run = (): void => {}
    expect(hal.clock.setTimer(20.5, run)).toBe(9)
    expect(called('setTimeout')).toEqual([[run, 20.5]])
    const edges: unknown[] = []
    expect(hal.gpio.watch(26, 'rising', (high, atMs) => edges.push([high, atMs]))).toBe(3)
    const [handler, pin, options] = called('setWatch')[0]! as [(event: object) => void, number, object]
    expect([pin, options]).toEqual([26, { repeat: true, edge: 'rising' }])
    handler({ state: true, time: 2.125 })
    expect(edges).toEqual([[true, 2125]])
  })

  test('drives and reads pins, and pulses in milliseconds', () => {
    const { gpio } = espruinoHal(board)
    gpio.write(4, true)
    expect(called('pinMode')).toEqual([[4, 'output']])
    expect(called('digitalWrite').at(-1)).toEqual([4, true])
    expect(gpio.read(39)).toBe(true)
    gpio.pulse(17, 20)
    expect(called('digitalPulse')).toEqual([[17, true, 0.02]])
  })

  test('reads millivolts of the 11 dB range', () => {
    const { adc } = espruinoHal(board)
    const read = (analog: number): number => {
      world.analog = analog
      return adc.readMillivolts(36)
    }
    expect([0, 0.5, 0.9, 1].map(read)).toEqual([142, 1792, 3112, 3300])
  })

  test('answers an I2C chip that does not acknowledge instead of throwing', () => {
    const { i2c } = espruinoHal(board)
    expect(i2c.write(0x44, [0x24, 0])).toBe(true)
    expect(i2c.read(0x44, 6)).toEqual(new Uint8Array(6).fill(7))
    world.nack = true
    expect(i2c.write(0x44, [0x24, 0])).toBe(false)
    expect(i2c.read(0x44, 6)).toBeUndefined()
  })

  test('encrypts a block in place, by a key that may change afterwards', () => {
    const key = Uint8Array.from(Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'))
    const cipher = espruinoHal(board).aes(key)
    key.fill(0)
    const block = Uint8Array.from(Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex'))
    cipher(block)
    expect(Buffer.from(block).toString('hex')).toBe('3ad77bb40d7a3660a89ecaf32466ef97')
  })

  test('reads the settings from Storage, and has none on a blank node', () => {
    const hal = espruinoHal(board)
    expect(hal.settings()).toBeUndefined()
    world.settings = Uint8Array.from([1, 2, 3]).buffer
    expect(hal.settings()).toEqual(Uint8Array.from([1, 2, 3]))
  })

  test('gives the node all sectors but the last', () => {
    const { flash } = espruinoHal(board)
    expect([flash.size, flash.sectorSize]).toEqual([15 * 4096, 4096])
    flash.write(4096, Uint8Array.from([1, 2, 3, 4]))
    expect(flash.read(4096, 4)).toEqual(Uint8Array.from([1, 2, 3, 4]))
    flash.erase(4096)
    expect(flash.read(4096, 4)).toEqual(new Uint8Array(4).fill(255))
  })

  test('makes noise of 32 bits', () => {
    const hal = espruinoHal(board)
    const noises = Array.from({ length: 50 }, () => hal.noise())
    expect(noises.every((noise) => noise >= 0 && noise <= 0xffffffff && noise % 1 === 0)).toBe(true)
    expect(new Set(noises).size).toBeGreaterThan(45)
  })
})

describe('deep sleep', () => {
  test('is one sleep up to 35 minutes', () => {
    const hal = espruinoHal(board)
    asleep(() => hal.power.deepSleep(600_000))
    expect(called('deepSleep')).toEqual([[600_000_000]])
    world.cause = 4
    world.seconds += 600
    espruinoHal(board)
    expect(called('deepSleep')).toHaveLength(1)
  })

  test('is a chain when it is longer, over reboots, and ends on time', () => {
    asleep(() => espruinoHal(board).power.deepSleep(5 * HOUR_MS + 250))
    world.cause = 4
    let sleeps = 0
    for (; sleeps < 50; sleeps++) {
      world.seconds += (called('deepSleep').at(-1)![0] as number) / 1e6
      try {
        espruinoHal(board)
        break
      } catch (error) {
        expect(error).toBeInstanceOf(Asleep)
      }
    }
    expect(world.seconds).toBeGreaterThanOrEqual(5 + 5 * 3600)
    expect(world.seconds).toBeLessThan(5 + 5 * 3600 + 2)
    expect(sleeps).toBe(8)
    espruinoHal(board)
    expect(called('deepSleep')).toHaveLength(9)
  })

  test('forgets a chain that a power cut has broken', () => {
    asleep(() => espruinoHal(board).power.deepSleep(5 * HOUR_MS))
    world.seconds = 2
    espruinoHal(board)
    world.cause = 4
    world.seconds = 600
    espruinoHal(board)
    expect(called('deepSleep')).toHaveLength(1)
  })
})
