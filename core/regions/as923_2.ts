/** AS923-2 as used in Viet Nam: 920 to 923 MHz, 14 dBm ERP (16.15 dBm EIRP), 1 % of the time for a node and 10 % for a gateway.
 *  Source: RP002-1.0.3, 2.10 (AS923, offset -1.80 MHz); Circular 08/2021/TT-BTTTT as summarised by activio.asia; eight channels by
 *  Cloud-Energy/lorawan-vietnam-parameters. The law has no dwell limit, so the network lifts the plan's by TxParamSetupReq. */
import { AS923, AS923_DUTY } from './as923.ts'
import type { Region } from './region.ts'

export const as923_2: Region = {
  ...AS923,
  name: 'AS923-2',
  fromHz: 920_000_000,
  toHz: 923_000_000,
  channelsHz: [921_400_000, 921_600_000],
  // With the two above these are 920.2 to 921.6 MHz; the lowest is last, as a CFList takes five.
  extraChannelsHz: [920_400_000, 920_600_000, 920_800_000, 921_000_000, 921_200_000, 920_200_000],
  rx2: { frequencyHz: 921_400_000, dataRate: 2 },
  dwellLifted: true,
  duty: [{ fromHz: 920_000_000, toHz: 923_000_000, ...AS923_DUTY }],
}
