/** The 24 h line: gaps stay gaps, doubtful points are marked, refused ones never bend it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FlagValue, ReadingPoint } from '../../../gateway/api/types.ts'
import {
  columnsOf,
  extremesOf,
  gapMsOf,
  piecesOf,
  scaleExtremesOf,
  scaleOf,
  sketch,
  thinned,
} from '../../../gateway/dashboard/src/series.ts'

const FRAME = { fromMs: 0, toMs: 100, width: 100, height: 10, scale: [0, 10] as const }

const points = (...rows: [number, number | null, FlagValue?][]): ReadingPoint[] =>
  rows.map(([timeMs, value, flag]) => [timeMs, value, flag ?? 1])

describe('gaps', () => {
  test('from the usual spacing; from the interval of the node while there are few points', () => {
    expect(gapMsOf(points([0, 1], [100, 1], [200, 1], [300, 1], [5000, 1]), 10)).toBe(250)
    expect(gapMsOf(points([0, 1], [100, 1], [200, 1]), null)).toBe(250)
    expect(gapMsOf(points([0, 1], [100, 1], [200, 1]), 10)).toBe(25_000)
    expect(gapMsOf([], null)).toBe(0)
  })
  test('a quiet time breaks the line', () => {
    expect(piecesOf(points([0, 1], [10, 2], [50, 3], [60, 4]), 25).map((piece) => piece.length)).toEqual([
      2, 2,
    ])
  })
  test('a missing or refused point breaks the line', () => {
    expect(
      piecesOf(points([0, 1], [10, null, 9], [20, 3], [30, 4, 4], [40, 5]), 25).map((piece) => piece.length),
    ).toEqual([1, 1, 1])
  })
  test('a suspect and a not evaluated point belong to the line', () => {
    expect(piecesOf(points([0, 1], [10, 2, 3], [20, 3, 2]), 25)).toHaveLength(1)
  })
})

describe('the small line', () => {
  test('draws pieces apart and a lonely point as a dot', () => {
    expect(sketch(points([0, 0], [10, 10], [90, 5]), 25, FRAME).line).toBe('M0 10L10 0M90 5h0')
  })
  test('marks suspect and refused points, these at the edge when they are far off', () => {
    const drawn = sketch(points([10, 5, 3], [20, 900, 4], [30, null, 9]), 25, FRAME)
    expect(drawn).toEqual({ line: 'M10 5h0', suspects: 'M10 5h0', fails: 'M20 0h0' })
  })
  test('leaves out what is not of this time', () => {
    expect(sketch(points([-5, 5], [105, 5]), 25, FRAME)).toEqual({ line: '', suspects: '', fails: '' })
  })
  test('thinning keeps the highest and the lowest of each column, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(1000)), { minLength: 1, maxLength: 300 }), (drawn) => {
        const places = drawn.sort((a, b) => a[0] - b[0])
        const kept = thinned(places)
        const heights = (of: readonly [number, number][], x: number): number[] =>
          of.filter((place) => place[0] === x).map((place) => place[1])
        for (let x = 0; x <= 50; x += 1) {
          const all = heights(places, x)
          const left = heights(kept, x)
          expect(left.length).toBeLessThanOrEqual(2)
          if (all.length > 0)
            expect([Math.min(...left), Math.max(...left)]).toEqual([Math.min(...all), Math.max(...all)])
        }
        expect(kept.map((place) => place[0])).toEqual(kept.map((place) => place[0]).sort((a, b) => a - b))
      }),
      { seed: 1 },
    )
  })
})

describe('the scale', () => {
  test('a calm day is not stretched to the full height', () => {
    const [low, high] = scaleOf(20, 21, 5)
    expect(high - low).toBeGreaterThanOrEqual(5)
    expect((low + high) / 2).toBeCloseTo(20.5)
  })
  test('refused points count neither for it nor for lowest and highest', () => {
    expect(extremesOf(points([0, 5], [1, 900, 4], [2, 3], [3, null, 9]))).toMatchObject({
      low: [2, 3, 1],
      high: [0, 5, 1],
    })
    expect(extremesOf(points([1, 900, 4]))).toBeUndefined()
  })
  test('a few suspect spikes do not squash the day, many suspect points are the day', () => {
    const calm: [number, number][] = [0, 1, 2, 3, 4, 5, 6, 7].map((time) => [time, 10])
    expect(scaleExtremesOf(points(...calm, [9, 99, 3]))?.high[1]).toBe(10)
    expect(scaleExtremesOf(points([0, 10], [1, 50, 3], [2, 99, 3]))?.high[1]).toBe(99)
  })
})

describe('the columns of the large chart', () => {
  const twice = (value: number): number => value * 2
  test('suspect and refused points have columns of their own; refused ones leave the line', () => {
    expect(columnsOf(points([1000, 1], [2000, 2, 3], [3000, 9, 4], [4000, null, 9]), 2500, twice)).toEqual([
      [1, 2, 3, 4],
      [2, 4, null, null],
      [null, 4, null, null],
      [null, null, 18, null],
    ])
  })
  test('a gap gets a row of nothing, so that no bridge is drawn', () => {
    expect(columnsOf(points([0, 1], [10_000, 2]), 2500, twice).slice(0, 2)).toEqual([
      [0, 5, 10],
      [2, null, 4],
    ])
  })
})
