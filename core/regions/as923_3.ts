/** AS923-3: 915 to 921 MHz, the plan of the Philippines and others.
 *  Source: RP002-1.0.3, 2.10 (AS923, offset -6.60 MHz). The channels beyond the plan's two are the next five of its 200 kHz grid.
 *  Laws differ from country to country, so the dwell limit stays. */
import { AS923, AS923_DUTY } from './as923.ts'
import type { Region } from './region.ts'

export const as923_3: Region = {
  ...AS923,
  name: 'AS923-3',
  fromHz: 915_000_000,
  toHz: 921_000_000,
  channelsHz: [916_600_000, 916_800_000],
  extraChannelsHz: [917_000_000, 917_200_000, 917_400_000, 917_600_000, 917_800_000],
  rx2: { frequencyHz: 916_600_000, dataRate: 2 },
  dwellLifted: false,
  duty: [{ fromHz: 915_000_000, toHz: 921_000_000, ...AS923_DUTY }],
}
