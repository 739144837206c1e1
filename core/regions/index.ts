/** Every region there is. A bundle imports the one it is built for and not this list. */
import { as923_2 } from './as923_2.ts'
import { eu868 } from './eu868.ts'
import type { Region } from './region.ts'

export type { Region } from './region.ts'

/** The first is the default. */
export const REGIONS: readonly Region[] = [as923_2, eu868]

export function regionNamed(name: string): Region | undefined {
  return REGIONS.find((region) => region.name === name)
}
