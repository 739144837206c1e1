/** Frames and joins by the thousand against lora-packet 0.9.3, an independent implementation. */
import { test } from 'vitest'
import { expectFramesAgree, expectJoinsAgree, SEED } from './oracle.ts'

test(`10,000 frames of seed ${SEED} are the same bytes and the same fields`, () => expectFramesAgree(10_000))

test('1,000 joins agree, keys included', () => expectJoinsAgree(1_000))
