/** What an operator may bring: tickets with anything changed. */
import { test } from 'vitest'
import { expectMutantsRefused, seed } from './mutants.ts'

test(`2,000 mutated tickets are refused by name, seed ${seed}`, () => expectMutantsRefused(2_000))
