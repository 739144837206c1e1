/** LMS verification: every byte of a signature, and forgeries by the hundred thousand. */
import { test } from 'vitest'
import { expectEveryByteCounts, expectNoForgery, seed } from './forgeries.ts'

test('no byte of a signature can be changed', () => expectEveryByteCounts(1))

test(`100,000 random and 2,000 mutated signatures are never valid and never throw, seed ${seed}`, () =>
  expectNoForgery(100_000, 2_000))
