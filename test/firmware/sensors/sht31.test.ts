/** SHT31 driver: every tick, both checksums, and the register-level model of the chip. */
import { describe, expect, test } from 'vitest'
import type { I2cBus } from '../../../firmware/hal/index.ts'
import { Sht31, sht31Crc, ticksToCentiC, ticksToCentiPercent } from '../../../firmware/sensors/sht31.ts'
import { Sht31 as Sht31Chip } from '../../../sim/chips/sht31.ts'
import { Random } from '../../../sim/random.ts'

/** A bus that writes down what it is told and answers what it is given. */
function scriptedBus(answer: Uint8Array | undefined) {
  const writes: number[][] = []
  const bus: I2cBus = {
    write: (address, bytes) => writes.push([address, ...bytes]) > 0,
    read: (address, length) => (writes.push([address, length]), answer),
  }
  return { bus, writes }
}

/** The six bytes of a temperature and a humidity word, checksums included. */
function answerOf(temperatureTicks: number, humidityTicks: number): Uint8Array {
  const bytes = Uint8Array.of(
    temperatureTicks >> 8,
    temperatureTicks & 255,
    0,
    humidityTicks >> 8,
    humidityTicks & 255,
    0,
  )
  bytes[2] = sht31Crc(bytes, 0)
  bytes[5] = sht31Crc(bytes, 3)
  return bytes
}

describe('conversion', () => {
  test('all 65,536 temperatures are the nearest hundredth', () => {
    for (let ticks = 0; ticks < 65_536; ticks++) {
      const exact = -4500 + (17_500 * ticks) / 65_535
      expect(Math.abs(ticksToCentiC(ticks) - exact)).toBeLessThanOrEqual(0.5)
    }
    expect([0, 65_535, 26_214].map(ticksToCentiC)).toEqual([-4500, 13_000, 2500])
  })

  test('all 65,536 humidities are the nearest hundredth', () => {
    for (let ticks = 0; ticks < 65_536; ticks++) {
      expect(Math.abs(ticksToCentiPercent(ticks) - (10_000 * ticks) / 65_535)).toBeLessThanOrEqual(0.5)
    }
    expect([0, 65_535].map(ticksToCentiPercent)).toEqual([0, 10_000])
  })

  test("the checksum is the datasheet's: 0xbeef gives 0x92", () => {
    expect(sht31Crc(Uint8Array.of(0xbe, 0xef), 0)).toBe(0x92)
  })
})

describe('driver', () => {
  test('starts a single shot of high repeatability and reads six bytes at 0x44', () => {
    const { bus, writes } = scriptedBus(answerOf(26_214, 32_768))
    const sensor = new Sht31(bus)
    expect(sensor.start()).toBeGreaterThanOrEqual(15.5)
    const into = new Int32Array(4)
    expect(sensor.read(into, 1)).toBe('ok')
    expect([...into]).toEqual([0, 2500, 5000, 0])
    expect(writes).toEqual([
      [0x44, 0x24, 0x00],
      [0x44, 6],
    ])
    expect(sensor.temperatureCentiC).toBe(2500)
    expect(sensor.quantities).toEqual([3, 4])
  })

  test('any single wrong bit is a bad checksum and writes nothing', () => {
    for (let bit = 0; bit < 48; bit++) {
      const bytes = answerOf(26_214, 32_768)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      const sensor = new Sht31(scriptedBus(bytes).bus)
      const into = Int32Array.of(7, 7)
      sensor.start()
      expect(sensor.read(into, 0)).toBe('badCrc')
      expect([...into, sensor.temperatureCentiC]).toEqual([7, 7, undefined])
    }
  })

  test('a short answer is a bad checksum, none is no answer', () => {
    for (const [answer, error] of [
      [answerOf(1, 2).subarray(0, 5), 'badCrc'],
      [undefined, 'noAnswer'],
    ] as const) {
      const sensor = new Sht31(scriptedBus(answer).bus)
      sensor.start()
      expect(sensor.read(new Int32Array(2), 0)).toBe(error)
    }
  })

  test('what was not asked for is not read: a refused command, a second read', () => {
    const { bus } = scriptedBus(answerOf(1, 2))
    const deaf = new Sht31({ ...bus, write: () => false })
    deaf.start()
    expect(deaf.read(new Int32Array(2), 0)).toBe('noAnswer')
    const sensor = new Sht31(bus)
    sensor.start()
    expect([sensor.read(new Int32Array(2), 0), sensor.read(new Int32Array(2), 0)]).toEqual(['ok', 'noAnswer'])
  })

  test('an address of its own is used', () => {
    const { bus, writes } = scriptedBus(undefined)
    new Sht31(bus, 0x45).start()
    expect(writes[0]![0]).toBe(0x45)
  })
})

describe('on the chip model', () => {
  function mounted(fault: Sht31Chip['fault'] = 'none') {
    const chip = new Sht31Chip(() => ({ temperatureC: 28.4, humidityPercent: 81 }), new Random(1, 'sht31'))
    chip.fault = fault
    const at = { micros: 10_000 }
    const sensor = new Sht31({
      write: (_, bytes) => chip.write(bytes, at.micros),
      read: (_, length) => chip.read(length, at.micros),
    })
    return { sensor, at }
  }

  test('reads the air within what the part promises', () => {
    const { sensor, at } = mounted()
    const into = new Int32Array(2)
    for (let i = 0; i < 50; i++) {
      at.micros += sensor.start() * 1000
      expect(sensor.read(into, 0)).toBe('ok')
      expect(Math.abs(into[0]! - 2840)).toBeLessThan(40)
      expect(Math.abs(into[1]! - 8100)).toBeLessThan(200)
      at.micros += 1_000_000
    }
  })

  test('a read before its time is no answer', () => {
    const { sensor, at } = mounted()
    sensor.start()
    at.micros += 5_000
    expect(sensor.read(new Int32Array(2), 0)).toBe('noAnswer')
  })

  test('its faults have their names', () => {
    for (const [fault, error] of [
      ['nack', 'noAnswer'],
      ['badCrc', 'badCrc'],
      ['condensation', 'ok'],
    ] as const) {
      const { sensor, at } = mounted(fault)
      at.micros += sensor.start() * 1000
      expect(sensor.read(new Int32Array(2), 0)).toBe(error)
    }
  })
})
