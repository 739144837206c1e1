/** AS923-4: 917 to 920 MHz, the plan of Israel.
 *  Source: RP002-1.0.3, 2.10 (AS923, offset -5.90 MHz). The channels beyond the plan's two are the next five of its 200 kHz grid, as in The Things
 *  Network's plan IL_917_920_TTN_2. The plan's dwell limit stays. */
import { AS923, AS923_DUTY } from './as923.ts'
import type { Region } from './region.ts'

export const as923_4: Region = {
  ...AS923,
  name: 'AS923-4',
  fromHz: 917_000_000,
  toHz: 920_000_000,
  channelsHz: [917_300_000, 917_500_000],
  extraChannelsHz: [917_700_000, 917_900_000, 918_100_000, 918_300_000, 918_500_000],
  rx2: { frequencyHz: 917_300_000, dataRate: 2 },
  dwellLifted: false,
  duty: [{ fromHz: 917_000_000, toHz: 920_000_000, ...AS923_DUTY }],
}
