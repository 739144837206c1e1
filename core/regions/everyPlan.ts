/** What every plan here shares. Source: RP002-1.0.3, 2.4, 2.10 and 2.12 (data rates 0 to 5, delays). A plan spreads this in, at no cost on a node. */
import type { Region } from './region.ts'

/** Data rates 0 to 5. */
export const SF12_TO_SF7 = [
  { spreadingFactor: 12, bandwidthHz: 125_000 },
  { spreadingFactor: 11, bandwidthHz: 125_000 },
  { spreadingFactor: 10, bandwidthHz: 125_000 },
  { spreadingFactor: 9, bandwidthHz: 125_000 },
  { spreadingFactor: 8, bandwidthHz: 125_000 },
  { spreadingFactor: 7, bandwidthHz: 125_000 },
] as const

/** Data rate 6, where a plan has it. */
export const SF7_WIDE = { spreadingFactor: 7, bandwidthHz: 250_000 } as const

export const EVERY_PLAN = {
  receiveDelaySeconds: 1,
  joinAcceptDelaySeconds: 5,
  syncWord: 0x34,
} as const satisfies Partial<Region>
