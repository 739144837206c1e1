/** Every scenario there is. */
import { commune } from './commune.ts'
import type { Scenario } from './scenario.ts'
import { village } from './village.ts'

export const SCENARIOS: readonly Scenario[] = [village, commune]
