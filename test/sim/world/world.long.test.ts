/** A recorded series is read or refused, whatever its text. */
import { test } from 'vitest'
import { expectReadOrRefused } from './seriesTexts.ts'

test('never throws, whatever the text: 100,000 of them', () => expectReadOrRefused(100_000))
