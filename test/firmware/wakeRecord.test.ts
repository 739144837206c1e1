/** The wake record: any words come back, and of another layout's only what lasts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packWords, takeWords } from '../../firmware/wakeRecord.ts'

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  fc.integer({ min: -200, max: 200 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
)
const seed = 20260301

test(`any words come back; seed ${seed}`, () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 3, maxLength: 130 }), (list) => {
      const words = new Int32Array(list.length)
      takeWords(packWords(new Int32Array(list)), words)
      expect([...words]).toEqual(list)
    }),
    { seed, numRuns: 2000 },
  )
})

test('a record of another number of words gives its first three', () => {
  const record = packWords(new Int32Array([7, 0, -3, 4, 5, 6, 7, 8, 9, 10]))
  for (const length of [9, 11, 20]) {
    const words = new Int32Array(length)
    takeWords(record, words)
    expect([...words]).toEqual([7, 0, -3, ...new Array<number>(length - 3).fill(0)])
  }
})

test('a word of zero takes an eighth of a byte, a small one a byte more', () => {
  expect(packWords(new Int32Array(64)).length).toBe(9)
  expect(packWords(new Int32Array(64).fill(-64)).length).toBe(73)
  expect(packWords(new Int32Array(64).fill(-(2 ** 31))).length).toBe(9 + 64 * 5)
})
