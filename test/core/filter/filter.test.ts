/** The filter on vectors (run again in the Espruino interpreter), on its rules one by one, and on random and hostile input. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  FILTER_WORDS,
  filterRow,
  filterStep,
  flatLimit,
  stepLimit,
  TEST,
  type FilterRow,
} from '../../../core/filter/index.ts'
import { FLAG } from '../../../core/flags.ts'
import { QUANTITIES, quantityNamed } from '../../../core/quantities.ts'

interface FilterVector {
  name: string
  note: string
  quantity: number
  /** [value, seconds since the reading before, answer, how many times] */
  runs: [number, number, number, number][]
  state: number[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/filter.json', import.meta.url), 'utf8'),
) as FilterVector[]

/** One channel with a quantity's row. */
function channel(name: string) {
  const row = filterRow(quantityNamed(name)!.id)
  const state = new Int32Array(FILTER_WORDS)
  return { row, state, step: (value: number, dt = 600) => filterStep(row, state, 0, value, dt) }
}

const GOOD = FLAG.good
const STEP = FLAG.suspect | TEST.step
const FLAT = FLAG.suspect | TEST.flat
const RANGE = FLAG.fail | TEST.range

describe('vectors', () => {
  for (const vector of vectors) {
    test(`${vector.name}: ${vector.note}`, () => {
      const row = filterRow(vector.quantity)
      const state = new Int32Array(FILTER_WORDS)
      for (const [value, dt, expected, times] of vector.runs)
        for (let i = 0; i < times; i++) expect(filterStep(row, state, 0, value, dt)).toBe(expected)
      expect([...state]).toEqual(vector.state)
    })
  }

  test('every test fires somewhere and stays silent somewhere', () => {
    const answers = vectors.flatMap((vector) => vector.runs.map((run) => run[2]))
    for (const expected of [GOOD, STEP, FLAT, RANGE]) expect(answers).toContain(expected)
  })
})

describe('rows', () => {
  for (const quantity of QUANTITIES) {
    test(`${quantity.name} has a row with the quantity's own range`, () => {
      const row = filterRow(quantity.id)
      expect(row.quantity).toBe(quantity.id)
      expect([row.min, row.max]).toEqual([quantity.min * quantity.perUnit, quantity.max * quantity.perUnit])
      expect(row.plateauMin > row.plateauMax || row.plateauMin >= row.min).toBe(true)
    })
  }

  test('an id that is no quantity fails every reading but 0', () => {
    for (const id of [0, -1, QUANTITIES.length + 1, 1_000_000]) {
      expect(filterStep(filterRow(id), new Int32Array(FILTER_WORDS), 0, 1, 0)).toBe(RANGE)
    }
  })
})

describe('range', () => {
  test('a failed reading leaves no trace but the time that passed', () => {
    const a = channel('airTemperature')
    const b = channel('airTemperature')
    for (const each of [a, b]) for (const value of [2500, 2510, 2505]) each.step(value)
    expect(a.step(9999, 300)).toBe(RANGE)
    expect(a.step(2502, 300)).toBe(b.step(2502, 600))
    expect([...a.state]).toEqual([...b.state])
  })
})

describe('step', () => {
  /** Twenty believed readings around `value`. */
  const settled = (name: string, value: number) => {
    const each = channel(name)
    for (let i = 0; i < 20; i++) expect(each.step(value + ((i * 7) % 5))).toBe(GOOD)
    return each
  }

  test('the limit is one an hour, whatever the cadence', () => {
    const row = filterRow(quantityNamed('waterTemperature')!.id)
    const state = new Int32Array(FILTER_WORDS)
    expect(stepLimit(row, state, 0, 3600) - row.deadband).toBe(
      60 * (stepLimit(row, state, 0, 60) - row.deadband),
    )
    expect(stepLimit(row, state, 0, 3600)).toBe(row.deadband + row.stepPerHour)
  })

  test('the channel teaches a lower limit, and a spike hardly raises it', () => {
    const each = channel('waterTemperature')
    for (let i = 0; i < 500; i++) each.step(2000 + (i % 3))
    const learnt = stepLimit(each.row, each.state, 0, 3600)
    expect(learnt).toBeLessThan(each.row.stepPerHour / 2)
    each.step(5000)
    each.step(2001)
    expect(stepLimit(each.row, each.state, 0, 3600)).toBeLessThan((learnt * 5) / 4)
  })

  test('a step that moves on is believed after four readings and the old level is then the stranger', () => {
    const each = settled('soilMoisture', 2000)
    expect([4000, 3950, 3900, 3850, 3800].map((value) => each.step(value))).toEqual([
      STEP,
      STEP,
      STEP,
      GOOD,
      GOOD,
    ])
    expect(each.step(2000)).toBe(STEP)
  })

  test('a jump that stays flat stays suspect for a week', () => {
    const each = settled('waterLevel', 5000)
    for (let i = 0; i < 7 * 144; i++) expect(each.step(25_000 + ((i * 37) % 400)) & TEST.step).toBe(TEST.step)
    expect(each.step(5002)).toBe(GOOD)
  })

  test('a flood that rises within the greatest rise is never marked', () => {
    const each = settled('waterLevel', 0)
    for (let level = 0; level < 30_000; level += 600) expect(each.step(level, 60)).toBe(GOOD)
  })

  test('readings that agree with nothing are never believed', () => {
    const each = settled('airTemperature', 2500)
    for (const value of [6000, -3000, 8000, 0, 5500, -2000]) expect(each.step(value)).toBe(STEP)
    expect(each.step(2503)).toBe(GOOD)
  })
})

describe('flat line', () => {
  test('a channel that never stands still is suspected sooner, one that often does later', () => {
    const lively = channel('airTemperature')
    const lazy = channel('airTemperature')
    for (let i = 0; i < 600; i++) {
      lively.step(2500 + (i % 7))
      lazy.step(2500 + (((i / 12) | 0) % 7))
    }
    const limits = [lively, lazy].map((each) => flatLimit(each.row, each.state, 0, 2500))
    expect(limits[0]).toBe(lively.row.flatSeconds / 4)
    expect(limits[1]).toBeGreaterThan(lively.row.flatSeconds)
  })

  test('it takes eight equal readings at least, however far apart', () => {
    const each = channel('airTemperature')
    each.step(2500, 0)
    const answers = Array.from({ length: 10 }, () => each.step(2500, 86_400))
    expect(answers.indexOf(FLAT)).toBe(8)
  })

  test('plateaus of nature are exempt for two days', () => {
    const fog = channel('airHumidity')
    fog.step(9970, 0)
    const answers = Array.from({ length: 300 }, () => fog.step(10_000))
    expect(answers.indexOf(FLAT) * 600).toBeGreaterThanOrEqual(172_800)
    expect(answers.at(-1)).toBe(FLAT)
    expect(fog.step(9990)).toBe(GOOD)
  })

  test('both tests can mark one reading', () => {
    const each = channel('airTemperature')
    for (let i = 0; i < 20; i++) each.step(2500 + (i % 3))
    const answers = Array.from({ length: 40 }, () => each.step(6000))
    expect(answers.at(-1)).toBe(FLAG.suspect | TEST.step | TEST.flat)
  })
})

describe('properties', () => {
  const int32 = fc.integer()
  const rows = QUANTITIES.map((quantity) => filterRow(quantity.id))
  const readings = fc.array(
    fc.tuple(fc.oneof(int32, fc.integer({ min: -200, max: 12_000 })), fc.oneof(fc.nat(7200), int32)),
    {
      maxLength: 60,
    },
  )
  const FLAGS: readonly number[] = [FLAG.good, FLAG.suspect, FLAG.fail]

  /** Answers of a run and the state it ends in. */
  function run(row: FilterRow, words: readonly number[], series: [number, number][]) {
    const state = Int32Array.from(words)
    return { answers: series.map(([value, dt]) => filterStep(row, state, 0, value, dt)), state: [...state] }
  }

  test('any reading on any state gives a flag with its tests, and the same again', () => {
    const states = fc.array(int32, { minLength: FILTER_WORDS, maxLength: FILTER_WORDS })
    fc.assert(
      fc.property(fc.constantFrom(...rows), states, readings, (row, words, series) => {
        const first = run(row, words, series)
        expect(run(row, words, series)).toEqual(first)
        for (const answer of first.answers) {
          expect(FLAGS).toContain(answer & 15)
          expect((answer & 15) === FLAG.good).toBe(answer >> 4 === 0)
          expect(answer & ~0x7f).toBe(0)
        }
      }),
      { seed: 3, numRuns: 3000 },
    )
  })

  test('channels side by side in one array do not touch each other', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.constantFrom(...rows), readings, (a, b, series) => {
        const both = new Int32Array(3 * FILTER_WORDS)
        for (const [value, dt] of series) {
          filterStep(a, both, 0, value, dt)
          filterStep(b, both, 2 * FILTER_WORDS, value, dt)
        }
        const zero = new Array<number>(FILTER_WORDS).fill(0)
        expect([...both]).toEqual([...run(a, zero, series).state, ...zero, ...run(b, zero, series).state])
      }),
      { seed: 4, numRuns: 500 },
    )
  })
})
