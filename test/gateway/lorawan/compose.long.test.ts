/** A downlink never grows past its window. */
import { test } from 'vitest'
import { expectWithinWindow } from './composed.ts'

test('100,000 uplinks with any options are answered within their window', () => expectWithinWindow(100_000))
