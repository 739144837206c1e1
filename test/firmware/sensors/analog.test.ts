/** Soil probe and battery: what an ADC pin gives, from its rails to its noise. */
import { describe, expect, test } from 'vitest'
import type { Adc } from '../../../firmware/hal/index.ts'
import { Battery } from '../../../firmware/sensors/battery.ts'
import { median } from '../../../firmware/sensors/median.ts'
import type { Sensor } from '../../../firmware/sensors/sensor.ts'
import { SoilProbe } from '../../../firmware/sensors/soilProbe.ts'
import { SoilProbe as SoilProbeChip } from '../../../sim/chips/soilProbe.ts'
import { Random } from '../../../sim/random.ts'

/** A pin whose conversions give the levels one after another, the last for ever. */
function adcOf(...levels: number[]): Adc & { pins: number[] } {
  const pins: number[] = []
  return { pins, readMillivolts: (pin) => (pins.push(pin), levels.length > 1 ? levels.shift()! : levels[0]!) }
}

function reading(sensor: Sensor): [string, number] {
  const into = Int32Array.of(-1)
  sensor.start()
  return [sensor.read(into, 0), into[0]!]
}

describe('median', () => {
  test('is the middle one, whatever the order', () => {
    expect(median([5])).toBe(5)
    expect(median([9, 1, 5])).toBe(5)
    expect(median([-1, 100, 10, 9])).toBe(10)
    expect(median([2, 2, 2, 900, 2])).toBe(2)
  })
})

describe('soil probe', () => {
  const at = (...levels: number[]) => reading(new SoilProbe(adcOf(...levels), 36, 2500, 1200))

  test('dry, wet and between, in 0.01 %', () => {
    expect(at(2500)).toEqual(['ok', 0])
    expect(at(1200)).toEqual(['ok', 10_000])
    expect(at(1850)).toEqual(['ok', 5000])
    expect(at(2487)).toEqual(['ok', 100])
  })

  test('every millivolt between the points is the nearest hundredth and none goes back', () => {
    let last = 10_001
    for (let millivolts = 1200; millivolts <= 2500; millivolts++) {
      const [error, moisture] = at(millivolts)
      expect(error).toBe('ok')
      expect(Math.abs(moisture - ((2500 - millivolts) * 10_000) / 1300)).toBeLessThanOrEqual(0.5)
      expect(moisture).toBeLessThan(last)
      last = moisture
    }
  })

  test('a little beyond a point is that point, far beyond is an error', () => {
    expect(at(2600)).toEqual(['ok', 0])
    expect(at(1100)).toEqual(['ok', 10_000])
    expect(at(2750)).toEqual(['range', -1])
    expect(at(950)).toEqual(['range', -1])
  })

  test('the rails are errors', () => {
    for (const millivolts of [0, 149, 3100, 3300]) expect(at(millivolts)).toEqual(['range', -1])
  })

  test('three wild conversions of seven do not move it', () => {
    expect(at(1850, 0, 3300, 1850, 3300, 1850, 1850)).toEqual(['ok', 5000])
  })

  test('points that make no line are an error at any level', () => {
    for (const [dry, wet] of [
      [0, 0],
      [1200, 2500],
      [1800, 1750],
    ] as const)
      expect(reading(new SoilProbe(adcOf(1800), 36, dry, wet))).toEqual(['range', -1])
  })

  test('reads its own pin', () => {
    const adc = adcOf(1850)
    reading(new SoilProbe(adc, 36, 2500, 1200))
    expect(new Set(adc.pins)).toEqual(new Set([36]))
  })

  test('on the chip model: within the drift of the probe, and faults have their names', () => {
    const chip = new SoilProbeChip(() => ({ moisturePercent: 32, temperatureC: 25 }), new Random(1, 'soil'))
    const adc: Adc = { readMillivolts: () => Math.max(0, Math.round(chip.millivolts(0))) }
    const sensor = new SoilProbe(adc, 36, chip.dryMillivolts, chip.wetMillivolts)
    for (let i = 0; i < 50; i++) {
      const [error, moisture] = reading(sensor)
      expect(error).toBe('ok')
      expect(Math.abs(moisture - 3200)).toBeLessThan(50)
    }
    for (const fault of ['open', 'clipped'] as const) {
      chip.fault = fault
      expect(reading(sensor)[0]).toBe('range')
    }
  })

  test('on the chip model: nothing without power, too wet too early, right after its own warm-up', () => {
    const chip = new SoilProbeChip(() => ({ moisturePercent: 32, temperatureC: 25 }), new Random(1, 'soil'))
    let atMs = 0
    const adc: Adc = { readMillivolts: () => Math.max(0, Math.round(chip.millivolts(atMs * 1000))) }
    const sensor = new SoilProbe(adc, 36, chip.dryMillivolts, chip.wetMillivolts)
    chip.power(false, 0)
    expect(reading(sensor)[0]).toBe('range')
    chip.power(true, 0)
    atMs = 60
    expect(reading(sensor)[1]).toBeGreaterThan(5_000)
    atMs = sensor.warmUpMs
    expect(Math.abs(reading(sensor)[1] - 3_200)).toBeLessThan(50)
  })
})

describe('battery', () => {
  const at = (...levels: number[]) => reading(new Battery(adcOf(...levels), 35, 2000))

  test('the divider is undone, in millivolts', () => {
    expect(at(1850)).toEqual(['ok', 3700])
    expect(at(2100)).toEqual(['ok', 4200])
    expect(reading(new Battery(adcOf(1111), 35, 1333))).toEqual(['ok', 1481])
  })

  test('one wild conversion of three does not move it', () => {
    expect(at(3300, 1850, 1850)).toEqual(['ok', 3700])
  })

  test('no cell is no answer, the end of the converter a range error', () => {
    expect(at(0)).toEqual(['noAnswer', -1])
    expect(at(499)).toEqual(['noAnswer', -1])
    expect(at(3150)).toEqual(['range', -1])
  })
})
