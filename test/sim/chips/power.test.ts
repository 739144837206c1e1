/** What the models of the SHT31, the soil probe and the JSN-SR04T do without power and too soon after it. */
import { describe, expect, test } from 'vitest'
import { JsnSr04t, soundMmPerMicro } from '../../../sim/chips/jsnSr04t.ts'
import { Sht31 } from '../../../sim/chips/sht31.ts'
import { SoilProbe } from '../../../sim/chips/soilProbe.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'

const random = (): Random => new Random(3, 'chip')
const MS = 1000

describe('SHT31', () => {
  const chip = (): Sht31 => new Sht31(() => ({ temperatureC: 27.3, humidityPercent: 81 }), random())

  test('without power no address is acknowledged; back again it needs its 1.5 ms', () => {
    const sht31 = chip()
    sht31.write([0x24, 0x00], 2 * MS)
    sht31.power(undefined)
    expect(sht31.read(6, 20 * MS)).toBeUndefined()
    expect(sht31.write([0x24, 0x00], 21 * MS)).toBe(false)
    sht31.power(30 * MS)
    expect(() => sht31.write([0x24, 0x00], 31 * MS)).toThrow(/1.5 ms after power/)
    expect(sht31.write([0x24, 0x00], 32 * MS)).toBe(true)
  })
})

describe('soil probe', () => {
  const probeIn = (moisturePercent: number): SoilProbe =>
    new SoilProbe(() => ({ moisturePercent, temperatureC: 25 }), random())

  test('near zero without power; too early after power it reads wetter, and right after 150 ms', () => {
    const probe = probeIn(30)
    const states: [string, number][] = []
    probe.onState = (state, atMicros) => states.push([state, atMicros])
    const settled = probe.millivolts(0)
    probe.power(false, 0)
    probe.power(false, 0)
    expect(probe.millivolts(MS)).toBeLessThan(20)
    probe.power(true, 10 * MS)
    expect(probe.millivolts(10 * MS)).toBe(0)
    expect(probe.millivolts(40 * MS)).toBeLessThan(0.7 * settled)
    expect(probe.millivolts(160 * MS) / settled).toBeGreaterThan(0.98)
    expect(probe.millivolts(310 * MS) / settled).toBeCloseTo(1, 1)
    expect(states).toEqual([
      ['off', 0],
      ['on', 10 * MS],
    ])
  })
})

describe('JSN-SR04T', () => {
  function bench(distanceMm: number) {
    const clock = new VirtualClock(0)
    const edges: [boolean, number][] = []
    const chip = new JsnSr04t(
      clock,
      () => ({ distanceMm, airTemperatureC: 30 }),
      (high) => edges.push([high, clock.nowMicros()]),
      random(),
    )
    const ping = async (): Promise<number> => {
      edges.length = 0
      chip.trigger(20, clock.nowMicros())
      await clock.run(clock.now() + 100)
      return edges.length === 2 ? edges[1]![1] - edges[0]![1] : -1
    }
    return { chip, ping, clock, edges }
  }

  test('silent without power; triggered less than 50 ms after it, it says 60 mm whatever stands there', async () => {
    const { chip, ping, clock } = bench(2_000)
    const states: [string, number][] = []
    chip.onState = (state, atMicros) => states.push([state, atMicros])
    chip.power(false, clock.nowMicros())
    expect(await ping()).toBe(-1)
    chip.power(true, clock.nowMicros())
    expect((await ping()) * 0.17).toBeCloseTo(60, 0)
    expect(((await ping()) * soundMmPerMicro(30)) / 2).toBeCloseTo(2_000, -2)
    expect(states.slice(0, 3).map(([state]) => state)).toEqual(['off', 'idle', 'measuring'])
  })

  test('loses its echo with its power', async () => {
    const { chip, clock, edges } = bench(2_000)
    chip.trigger(20, clock.nowMicros())
    await clock.run(clock.now() + 3)
    chip.power(false, clock.nowMicros())
    await clock.run(clock.now() + 100)
    expect(edges.map(([high]) => high)).toEqual([true, false])
    expect(edges[1]![1]).toBe(3 * MS)
    chip.power(true, clock.nowMicros())
    chip.trigger(20, clock.nowMicros())
    chip.power(false, clock.nowMicros())
    await clock.run(clock.now() + 100)
    expect(edges).toHaveLength(2)
  })
})
