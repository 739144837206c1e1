/** AS923-1: 915 to 928 MHz, the plan of Japan, Malaysia, Singapore, Thailand and others.
 *  Source: RP002-1.0.3, 2.10 (AS923, offset 0). The channels beyond the plan's two are the next five of its 200 kHz grid, as in The Things Network's plan
 *  AS_923_925. Laws differ from country to country, so the dwell limit stays. */
import { AS923, AS923_DUTY } from './as923.ts'
import type { Region } from './region.ts'

export const as923_1: Region = {
  ...AS923,
  name: 'AS923-1',
  fromHz: 915_000_000,
  toHz: 928_000_000,
  channelsHz: [923_200_000, 923_400_000],
  extraChannelsHz: [923_600_000, 923_800_000, 924_000_000, 924_200_000, 924_400_000],
  rx2: { frequencyHz: 923_200_000, dataRate: 2 },
  dwellLifted: false,
  duty: [{ fromHz: 915_000_000, toHz: 928_000_000, ...AS923_DUTY }],
}
