/** The models of the SHT31, the soil probe, the JSN-SR04T, the relay and the battery: what they answer, their faults, what they refuse. */
import { describe, expect, test } from 'vitest'
import { Battery } from '../../../sim/chips/battery.ts'
import { JsnSr04t, soundMmPerMicro } from '../../../sim/chips/jsnSr04t.ts'
import { ChipMisuse } from '../../../sim/chips/misuse.ts'
import { Relay } from '../../../sim/chips/relay.ts'
import { Sht31, sht31Crc } from '../../../sim/chips/sht31.ts'
import { SoilProbe } from '../../../sim/chips/soilProbe.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'

const random = (): Random => new Random(3, 'chip')
const MS = 1000

describe('SHT31', () => {
  const air = { temperatureC: 27.3 as number | undefined, humidityPercent: 81 as number | undefined }
  const chip = (): Sht31 => new Sht31(() => air, random())
  const celsius = (answer: Uint8Array): number => (175 * ((answer[0]! << 8) | answer[1]!)) / 65_535 - 45
  const percent = (answer: Uint8Array): number => (100 * ((answer[3]! << 8) | answer[4]!)) / 65_535

  test('the CRC of the datasheet', () => expect(sht31Crc(0xbe, 0xef)).toBe(0x92))

  test('measures within its accuracy, with both CRCs right', () => {
    const sht31 = chip()
    expect(sht31.write([0x24, 0x00], 2 * MS)).toBe(true)
    const answer = sht31.read(6, 17 * MS)!
    expect(Math.abs(celsius(answer) - 27.3)).toBeLessThan(0.4)
    expect(Math.abs(percent(answer) - 81)).toBeLessThan(2.5)
    expect(answer[2]).toBe(sht31Crc(answer[0]!, answer[1]!))
    expect(answer[5]).toBe(sht31Crc(answer[3]!, answer[4]!))
  })

  test('does not acknowledge a read before it has measured, nor a second one after', () => {
    const sht31 = chip()
    expect(sht31.read(6, 2 * MS)).toBeUndefined()
    sht31.write([0x24, 0x00], 3 * MS)
    expect(sht31.read(6, 17 * MS)).toBeUndefined()
    expect(sht31.read(6, 18 * MS)).toBeDefined()
    expect(sht31.read(6, 19 * MS)).toBeUndefined()
  })

  test('does not acknowledge a command while it measures', () => {
    const sht31 = chip()
    sht31.write([0x24, 0x00], 2 * MS)
    expect(sht31.write([0x24, 0x00], 4 * MS)).toBe(false)
  })

  test('does not answer where a recorded series has a gap', () => {
    const gap = new Sht31(() => ({ temperatureC: undefined, humidityPercent: 80 }), random())
    gap.write([0x24, 0x00], 2 * MS)
    expect(gap.read(6, 20 * MS)).toBeUndefined()
  })

  test('reset takes 1.5 ms, the heater warms and its status says so', () => {
    const sht31 = chip()
    sht31.write([0x30, 0xa2], 2 * MS)
    expect(() => sht31.write([0x24, 0x00], 3 * MS)).toThrow(/too early/)
    sht31.write([0x30, 0x6d], 4 * MS)
    sht31.write([0xf3, 0x2d], 6 * MS)
    expect(sht31.read(3, 7 * MS)![0]! & 0x20).toBe(0x20)
    sht31.write([0x24, 0x16], 8 * MS)
    expect(celsius(sht31.read(6, 13 * MS)!)).toBeGreaterThan(29)
  })

  test('its faults: no answer, a wrong CRC, a value that sticks, condensation', () => {
    const sht31 = chip()
    const measure = (atMs: number): Uint8Array | undefined => {
      if (!sht31.write([0x24, 0x00], atMs * MS)) return undefined
      return sht31.read(6, (atMs + 15) * MS)
    }
    sht31.fault = 'nack'
    expect(measure(10)).toBeUndefined()
    sht31.fault = 'badCrc'
    const bad = measure(30)!
    expect(bad[2]).not.toBe(sht31Crc(bad[0]!, bad[1]!))
    sht31.fault = 'stuck'
    const first = measure(50)!
    air.temperatureC = 35
    expect([...measure(70)!]).toEqual([...first])
    air.temperatureC = 27.3
    sht31.fault = 'condensation'
    expect(percent(measure(90)!)).toBeGreaterThan(99.5)
  })

  const refused: [string, (sht31: Sht31) => unknown][] = [
    ['an unknown command', (sht31) => sht31.write([0x12, 0x34], 2 * MS)],
    ['a command of one byte', (sht31) => sht31.write([0x24], 2 * MS)],
    ['a command right after power', (sht31) => sht31.write([0x24, 0x00], 1 * MS)],
    [
      'a command 0.5 ms after another',
      (sht31) => (sht31.write([0x30, 0x41], 2 * MS), sht31.write([0x24, 0x00], 2.5 * MS)),
    ],
    ['a read of nine bytes', (sht31) => sht31.read(9, 2 * MS)],
  ]
  for (const [what, misuse] of refused)
    test(`refuses ${what}`, () => expect(() => misuse(chip())).toThrow(ChipMisuse))
})

describe('soil probe', () => {
  const probeIn = (moisturePercent: number | undefined, temperatureC = 25): SoilProbe =>
    new SoilProbe(() => ({ moisturePercent, temperatureC }), random())
  const mean = (probe: SoilProbe): number => {
    let sum = 0
    for (let i = 0; i < 400; i++) sum += probe.millivolts(i)
    return sum / 400
  }

  test('gives its two calibration points in air and water', () => {
    expect(Math.abs(mean(probeIn(0)) - probeIn(0).dryMillivolts)).toBeLessThan(1)
    expect(Math.abs(mean(probeIn(100)) - probeIn(100).wetMillivolts)).toBeLessThan(1)
  })

  test('falls with water, and by 0.27 % a degree', () => {
    const span = probeIn(0).dryMillivolts - probeIn(0).wetMillivolts
    expect(mean(probeIn(40))).toBeLessThan(mean(probeIn(20)))
    expect((mean(probeIn(30)) - mean(probeIn(30, 35))) / span).toBeCloseTo(0.027, 2)
  })

  test('its faults: open, clipped, noisy, and a gap in a series', () => {
    const probe = probeIn(30)
    probe.fault = 'open'
    expect(probe.millivolts(0)).toBeLessThan(20)
    probe.fault = 'clipped'
    expect(probe.millivolts(0)).toBeGreaterThan(3_000)
    expect(probeIn(undefined).millivolts(0)).toBeLessThan(20)
    const spread = (each: SoilProbe): number => {
      const values = Array.from({ length: 200 }, () => each.millivolts(0))
      return Math.max(...values) - Math.min(...values)
    }
    const noisy = probeIn(30)
    noisy.fault = 'noisy'
    expect(spread(noisy)).toBeGreaterThan(5 * spread(probeIn(30)))
  })
})

describe('JSN-SR04T', () => {
  function bench(distanceMm: number | undefined, airTemperatureC = 30) {
    const clock = new VirtualClock(0)
    const edges: [boolean, number][] = []
    const chip = new JsnSr04t(
      clock,
      () => ({ distanceMm, airTemperatureC }),
      (high) => edges.push([high, clock.nowMicros()]),
      random(),
    )
    const ping = async (): Promise<number> => {
      edges.length = 0
      chip.trigger(20, clock.nowMicros())
      await clock.run(clock.now() + 100)
      return edges.length === 2 ? edges[1]![1] - edges[0]![1] : -1
    }
    return { chip, ping }
  }

  test('its echo is as long as sound takes there and back, which depends on the temperature', async () => {
    for (const celsius of [10, 30]) {
      const width = await bench(2_000, celsius).ping()
      expect(Math.abs((width * soundMmPerMicro(celsius)) / 2 - 2_000)).toBeLessThan(12)
    }
    expect(soundMmPerMicro(20)).toBeCloseTo(0.3434, 4)
  })

  test('below 20 cm it says 20 cm, beyond 450 cm and without water it gives up after 60 ms', async () => {
    expect(((await bench(80).ping()) * soundMmPerMicro(30)) / 2).toBeCloseTo(200, 0)
    expect(await bench(4_700).ping()).toBe(60_000)
    expect(await bench(undefined).ping()).toBe(60_000)
  })

  test('its faults: silence, and an object in the cone', async () => {
    const b = bench(2_000)
    b.chip.fault = 'silent'
    expect(await b.ping()).toBe(-1)
    b.chip.fault = 'object'
    expect(((await b.ping()) * soundMmPerMicro(30)) / 2).toBeLessThan(850)
  })

  test('about one ping in 200 hears something nearer', async () => {
    const b = bench(3_000)
    let strays = 0
    for (let i = 0; i < 2_000; i++) if (((await b.ping()) * soundMmPerMicro(30)) / 2 < 2_900) strays++
    expect(strays).toBeGreaterThan(2)
    expect(strays).toBeLessThan(25)
  })

  test('refuses a trigger of 5 us', () => expect(() => bench(2_000).chip.trigger(5, 0)).toThrow(/10 us/))
  test('refuses a trigger within the cycle of another', () => {
    const { chip } = bench(2_000)
    chip.trigger(20, 0)
    expect(() => chip.trigger(20, 30_000)).toThrow(/60 ms/)
  })
})

describe('relay', () => {
  async function after(prepare: (relay: Relay) => void): Promise<Relay> {
    const clock = new VirtualClock(0)
    const relay = new Relay(clock)
    prepare(relay)
    await clock.run(50)
    return relay
  }

  test('closes 10 ms after its coil, and its sense contact says so', async () => {
    const clock = new VirtualClock(0)
    const relay = new Relay(clock)
    relay.drive(true, 0)
    await clock.run(9)
    expect(relay.sense()).toBe(false)
    await clock.run(10)
    expect(relay.sense()).toBe(true)
    relay.drive(false, 10_000)
    await clock.run(20)
    expect(relay.sense()).toBe(false)
    expect(relay.moves).toBe(2)
  })

  test('its faults: never closes, never opens, no mains', async () => {
    const open = await after((relay) => ((relay.fault = 'open'), relay.drive(true, 0)))
    expect(open.sense()).toBe(false)
    const welded = await after((relay) => (relay.fault = 'welded'))
    expect(welded.sense()).toBe(true)
    const dark = await after((relay) => ((relay.mainsPresent = false), relay.drive(true, 0)))
    expect(dark.lit()).toBe(false)
  })

  test('a short pulse of the coil moves nothing', async () => {
    const relay = await after((each) => (each.drive(true, 0), each.drive(false, 1_000)))
    expect(relay.moves).toBe(0)
  })
})

describe('battery', () => {
  const HOUR = 3.6e9
  test('sinks while awake, hardly in sleep, and rises in the sun', () => {
    const battery = new Battery(random(), () => 0, 0)
    const full = battery.chargeMah
    battery.draw(false, HOUR)
    expect(full - battery.chargeMah).toBeLessThan(0.1)
    battery.draw(true, 2 * HOUR)
    expect(full - battery.chargeMah).toBeGreaterThan(39)
    const sunny = new Battery(random(), () => 80_000, 0)
    const before = sunny.chargeMah
    sunny.draw(false, HOUR)
    expect(sunny.chargeMah).toBeGreaterThan(before)
  })

  test('its voltage lies between empty and full', () => {
    const battery = new Battery(random(), () => 0, 0)
    expect(battery.millivolts()).toBeGreaterThan(3_500)
    expect(battery.millivolts()).toBeLessThan(4_250)
    battery.draw(true, 200 * HOUR)
    expect(battery.millivolts()).toBeLessThan(3_050)
  })

  test('the radio draws by its state', () => {
    const battery = new Battery(random(), () => 0, 0)
    const before = battery.chargeMah
    battery.drawRadio('sx1276', 'sending 16 dBm', HOUR)
    expect(before - battery.chargeMah).toBeCloseTo(85, 5)
  })
})
