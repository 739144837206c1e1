/** Settings changed over the air: the power cut at many steps of flash on the way. */
import { test, vi } from 'vitest'
import { expectOldOrNew } from './commandedBed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

test('the power cut at any step of flash while a change is taken leaves the old settings or the new ones', () =>
  expectOldOrNew(11))
