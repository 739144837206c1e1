/** Every region there is. A bundle gets the one it is built for and not this list. */
import { as923_1 } from './as923_1.ts'
import { as923_2 } from './as923_2.ts'
import { as923_3 } from './as923_3.ts'
import { as923_4 } from './as923_4.ts'
import { eu868 } from './eu868.ts'
import { in865 } from './in865.ts'
import type { Region } from './region.ts'

export type { Region } from './region.ts'

export const REGIONS: readonly Region[] = [as923_1, as923_2, as923_3, as923_4, eu868, in865]

/** Viet Nam's. */
export const REGION_DEFAULT = as923_2.name

export function regionNamed(name: string): Region | undefined {
  return REGIONS.find((region) => region.name === name)
}
