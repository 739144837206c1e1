/** Every scenario there is. */
import type { Scenario } from './scenario.ts'
import { village } from './village.ts'

export const SCENARIOS: readonly Scenario[] = [village]
