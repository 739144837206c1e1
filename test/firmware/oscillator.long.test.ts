/** Ages by a clock that is 5 to 10 % off while the node sleeps, of many nodes: oscillator.test.ts has the same of one, and what is special. */
import { describe, test, vi } from 'vitest'
import {
  expectBoundsWhenUntold,
  expectMinutesWhenToldAround,
  expectMinutesWhenToldBefore,
} from './oscillatorBed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

describe('after 72 hours without a network', () => {
  test('ages are right to a minute when the time was told twice before, though never again', () =>
    expectMinutesWhenToldBefore(6))

  test('and when it was told once before and once after', () => expectMinutesWhenToldAround(6))

  test('with one answer or none the bound says a tenth, and holds', () => expectBoundsWhenUntold(6))
})
