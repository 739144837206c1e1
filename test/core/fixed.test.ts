/** Fixed-point arithmetic against exact arithmetic of BigInt. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clamp, interpolate, roundDiv } from '../../core/fixed.ts'

/** Quotient rounded to nearest, halves away from zero, exactly. */
function exact(dividend: bigint, divisor: bigint): bigint {
  const twice = 2n * (dividend < 0n ? -dividend : dividend) + divisor
  const rounded = twice / (2n * divisor)
  return dividend < 0n ? -rounded : rounded
}

describe('roundDiv', () => {
  test('rounds halves away from zero', () => {
    expect([5, -5, 4, -4, 6, 0, 1, -1].map((dividend) => roundDiv(dividend, 10))).toEqual([
      1, -1, 0, 0, 1, 0, 0, 0,
    ])
    expect([3, -3].map((dividend) => roundDiv(dividend, 3))).toEqual([1, -1])
  })

  test('odd divisors have no half to round', () => {
    expect([1, 2, 4, 5, -2].map((dividend) => roundDiv(dividend, 3))).toEqual([0, 1, 1, 2, -1])
  })

  test('is exact for every quotient that fits int32', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 4_000_000 }),
        fc.nat(),
        (quotient, divisor, rest) => {
          const dividend = (quotient >> 1) * divisor + (rest % divisor)
          return BigInt(roundDiv(dividend, divisor)) === exact(BigInt(dividend), BigInt(divisor))
        },
      ),
      { seed: 1, numRuns: 20_000 },
    )
  })
})

describe('interpolate', () => {
  test('meets both points and goes on beyond them', () => {
    expect([100, 300, 200, 0, 400].map((x) => interpolate(x, 100, 0, 300, 1000))).toEqual([
      0, 1000, 500, -500, 1500,
    ])
  })

  test('a line that falls is the same line', () => {
    expect([250, 300, 100].map((x) => interpolate(x, 300, 1000, 100, 0))).toEqual([750, 1000, 0])
    fc.assert(
      fc.property(
        fc.nat(4000),
        fc.nat(1999),
        fc.integer({ min: 2000, max: 4000 }),
        fc.nat(10_000),
        (x, x0, x1, y1) => {
          const both = [interpolate(x, x0, 0, x1, y1), interpolate(x, x1, y1, x0, 0)] as const
          return Math.abs(both[0] - both[1]) <= 1
        },
      ),
      { seed: 2 },
    )
  })
})

test('clamp keeps what is inside and gives the nearer end otherwise', () => {
  expect([-1, 0, 5, 9, 10].map((value) => clamp(value, 0, 9))).toEqual([0, 0, 5, 9, 9])
})
