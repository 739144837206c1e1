/** Chance: the same for the same seed and name, apart for others, and of the shape it says. */
import { describe, expect, test } from 'vitest'
import { chance, hash32, Random } from '../../sim/random.ts'

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32())

describe('random streams', () => {
  test('repeat with seed and name, differ without', () => {
    const first = draw(new Random(1, 'a'), 20)
    expect(draw(new Random(1, 'a'), 20)).toEqual(first)
    expect(draw(new Random(2, 'a'), 20)).not.toEqual(first)
    expect(draw(new Random(1, 'b'), 20)).not.toEqual(first)
  })

  test('do not change between versions: a seed in a report must stay good', () => {
    expect(draw(new Random(1, 'a'), 3)).toMatchInlineSnapshot(`
      [
        1884788283,
        4019010691,
        3108153653,
      ]
    `)
    expect(hash32('fieldnode')).toMatchInlineSnapshot(`755562115`)
  })

  test('are even between 0 and 1', () => {
    const random = new Random(7, 'even')
    const bins = new Array(10).fill(0)
    for (let i = 0; i < 10_000; i++) bins[Math.floor(random.unit() * 10)]++
    for (const bin of bins) expect(Math.abs(bin - 1000)).toBeLessThan(130)
  })

  test('normal has mean 0 and deviation 1', () => {
    const random = new Random(7, 'normal')
    const values = Array.from({ length: 20_000 }, () => random.normal())
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(Math.abs(square - 1)).toBeLessThan(0.05)
  })

  test('chance depends on its key and index alone', () => {
    const values = Array.from({ length: 1000 }, (_, index) => chance(5, index))
    expect(chance(5, 17)).toBe(values[17])
    expect(new Set(values).size).toBe(1000)
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
  })
})
