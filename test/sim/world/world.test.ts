/** The world: the same for the same seed whoever asks first, within what central Viet Nam knows, and replaceable by recorded series. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readSeries, Replay, type Series } from '../../../sim/world/replay.ts'
import { Sky } from '../../../sim/world/weather.ts'
import { World, type WorldOptions } from '../../../sim/world/world.ts'
import { expectReadOrRefused } from './seriesTexts.ts'

const HOUR = 3.6e9
const START_MS = Date.UTC(2026, 9, 11, 17)
const START = START_MS * 1000
const OPTIONS: WorldOptions = { seed: 1, startMs: START_MS, latitude: 16.5, longitude: 107.5 }
const hours = (count: number): number[] => Array.from({ length: count }, (_, i) => START + i * HOUR)
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('the world', () => {
  test('is the same for the same seed in whatever order it is asked, and another for another seed', () => {
    const all = (world: World, times: number[]): string => {
      const spot = world.spot('a')
      const rows = times.map((at) => [
        at,
        world.weather(at),
        world.stageCm(at),
        spot.air(at),
        spot.soil(at),
        spot.lux(at),
      ])
      return JSON.stringify(rows.sort((a, b) => (a[0] as number) - (b[0] as number)))
    }
    const forwards = all(new World(OPTIONS), hours(72))
    expect(all(new World(OPTIONS), hours(72).reverse())).toBe(forwards)
    expect(all(new World({ ...OPTIONS, seed: 2 }), hours(72))).not.toBe(forwards)
  })

  test('a year of weather has the seasons of Hue', () => {
    const sky = new Sky(1, 16.5, 107.5)
    const month = (index: number): number[] => {
      const from = Date.UTC(2026, index, 1) * 1000
      return Array.from({ length: 28 * 24 }, (_, i) => from + i * HOUR)
    }
    const celsius = (index: number): number => mean(month(index).map((at) => sky.at(at).temperatureC))
    const rainMm = (index: number): number => mean(month(index).map((at) => sky.rain(at))) * 28 * 24
    expect(celsius(0)).toBeGreaterThan(17)
    expect(celsius(0)).toBeLessThan(23)
    expect(celsius(5)).toBeGreaterThan(27)
    expect(rainMm(9)).toBeGreaterThan(2 * rainMm(2))
    const year = Array.from({ length: 12 }, (_, index) => rainMm(index)).reduce((sum, mm) => sum + mm, 0)
    expect(year).toBeGreaterThan(1_500)
    expect(year).toBeLessThan(4_500)
  })

  test('every quantity stays where a sensor can meet it', () => {
    const world = new World(OPTIONS)
    const spot = world.spot('plot')
    for (const at of hours(24 * 60)) {
      const { temperatureC, humidityPercent } = spot.air(at)
      expect(temperatureC).toBeGreaterThan(8)
      expect(temperatureC).toBeLessThan(42)
      expect(humidityPercent).toBeGreaterThanOrEqual(20)
      expect(humidityPercent).toBeLessThanOrEqual(100)
      const { moisturePercent } = spot.soil(at)
      expect(moisturePercent).toBeGreaterThan(5)
      expect(moisturePercent).toBeLessThanOrEqual(46)
      expect(world.stageCm(at)).toBeGreaterThan(50)
      expect(world.stageCm(at)).toBeLessThan(340)
    }
  })

  test('days are warm and bright, nights are neither', () => {
    const world = new World(OPTIONS)
    const local = (hour: number): number[] =>
      Array.from({ length: 20 }, (_, day) => START + (day * 24 + hour) * HOUR)
    const celsius = (hour: number): number => mean(local(hour).map((at) => world.weather(at).temperatureC))
    expect(celsius(14)).toBeGreaterThan(celsius(4) + 2)
    expect(mean(local(12).map((at) => world.weather(at).lux))).toBeGreaterThan(15_000)
    expect(mean(local(0).map((at) => world.weather(at).lux))).toBeLessThan(1)
  })

  test('a flood rises to its height at its hour and falls slowly', () => {
    const dry = new World(OPTIONS)
    const flooded = new World({ ...OPTIONS, flood: { peakHours: 30, riseCm: 180 } })
    const rise = (hour: number): number =>
      flooded.stageCm(START + hour * HOUR)! - dry.stageCm(START + hour * HOUR)!
    expect(rise(30)).toBeCloseTo(180)
    expect(rise(0)).toBeLessThan(1)
    expect(rise(42)).toBeGreaterThan(rise(18))
  })
})

const series = (text: string): Series => {
  const read = readSeries(text)
  if ('where' in read) throw new Error(JSON.stringify(read))
  return read
}

describe('a recorded series', () => {
  test('is laid on the run: the last value at or before a moment, gaps where nothing was measured, and over again', () => {
    const replay = new Replay(series('timestamp,value,label\n1000,1,0\n1900,2,0\n2800,,0\n3700,4,0\n'), START)
    const at = (seconds: number): number | undefined => replay.at(START + seconds * 1e6)
    expect([at(0), at(899), at(900), at(1799), at(1800), at(2700), at(3599), at(3600)]).toEqual([
      1,
      1,
      2,
      2,
      undefined,
      4,
      4,
      1,
    ])
    expect(replay.max).toBe(4)
  })

  test('replaces a quantity of the world and leaves the others', () => {
    const world = new World({
      ...OPTIONS,
      replay: {
        airTemperature: series('timestamp,value\n0,11.5\n900,12.5'),
        waterLevel: series('value,timestamp\n200,0\n300,900'),
      },
    })
    const plain = new World(OPTIONS)
    expect(world.spot('a').air(START + 950e6).temperatureC).toBe(12.5)
    expect(world.spot('a').air(START).humidityPercent).toBe(plain.spot('a').air(START).humidityPercent)
    expect(world.stageCm(START)).toBe(200)
    expect(world.stageCmMax()).toBe(300)
  })

  test('takes a mark at the beginning, carriage returns, quotes, other columns, empty lines and ISO times', () => {
    const read = series(
      '\ufeff"timestamp","note",VALUE\r\n2026-01-01T00:00:00Z,x,"1.5"\r\n\r\n2026-01-01 07:30:00+07:00,y,NA\r\n',
    )
    expect([...read.seconds]).toEqual([0, 1800])
    expect([...read.values]).toEqual([1.5, NaN])
  })

  const refused: [string, string, RegExp, RegExp][] = [
    ['an empty file', '', /line 1/, /header/],
    ['no column of values', 'timestamp,reading\n1,2', /line 1/, /timestamp and value/],
    ['a short row', 'timestamp,value\n1,2\n3', /line 3/, /columns/],
    ['a time of nonsense', 'timestamp,value\nmonday,2\n', /line 2, timestamp/, /unix seconds/],
    ['a time without its zone', 'timestamp,value\n2026-01-01T00:00:00,2\n', /line 2, timestamp/, /zone|ISO/],
    ['a value of nonsense', 'timestamp,value\n1,2\n2,wet\n', /line 3, value/, /number/],
    ['a decimal comma', 'timestamp,value\n1,"2;5"\n', /line 2, value/, /number/],
    ['times that go back', 'timestamp,value\n5,2\n4,2\n', /line 3, timestamp/, /no earlier/],
    ['a single row', 'timestamp,value\n5,2\n', /file/, /two rows/],
    ['no value at all', 'timestamp,value\n5,\n6,\n', /file/, /one value/],
  ]
  for (const [what, text, where, expected] of refused)
    test(`refuses ${what} by name`, () => {
      const error = readSeries(text)
      if (!('where' in error)) throw new Error('was not refused')
      expect(error.where).toMatch(where)
      expect(error.expected).toMatch(expected)
      expect(error.got).toEqual(expect.any(String))
    })

  test('never throws, whatever the text: 2,000 of them', () => expectReadOrRefused(2_000))

  const folder = join(fileURLToPath(new URL('../../../', import.meta.url)), '../shared/data/quality')
  test.skipIf(!existsSync(folder))(
    'takes every real series of the shared data (skipped where ../shared is not there)',
    () => {
      const files = readdirSync(folder).filter((name) => name.endsWith('.csv'))
      expect(files.length).toBeGreaterThan(0)
      const refusals = files.flatMap((name) => {
        const read = readSeries(readFileSync(join(folder, name), 'utf8'))
        return 'where' in read ? [`${name}: ${JSON.stringify(read)}`] : []
      })
      expect(refusals).toEqual([])
    },
  )
})
