/** Samples there and back, by the thousand: samples.test.ts has the same in small, and what is special. */
import { test } from 'vitest'
import { anyGroupComesBack, expectNoOtherLength, expectOnlyWhatEncodes, seed } from './groups.ts'

test('any group comes back, rounded to the wire steps', () => anyGroupComesBack(3_000))

test('every truncation is refused, and every byte too many', () => expectNoOtherLength(300))

test(`100,000 random and mutated packets never throw, and what is taken is just what encodes to it, seed ${seed}`, () =>
  expectOnlyWhatEncodes(100_000))
