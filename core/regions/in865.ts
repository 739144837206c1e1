/** IN865: 865 to 867 MHz, up to 30 dBm EIRP, no limit on time.
 *  Source: RP002-1.0.3, 2.12. The channels beyond the plan's three are this project's choice: 200 kHz apart, clear of RX2, and within what a
 *  concentrator hears whose second radio stands at 866.385 MHz, as in The Things Network's plan IN_865_867. Data rate 6 does not exist here. */
import { EVERY_PLAN, SF12_TO_SF7 } from './everyPlan.ts'
import type { Region } from './region.ts'

/** There is no dwell limit here, so both tables are one. */
const RX1 =
  '00000012' + //
  '10000023' +
  '21000034' +
  '32100045' +
  '43210055' +
  '54321055'

export const in865: Region = {
  name: 'IN865',
  fromHz: 865_000_000,
  toHz: 867_000_000,
  channelsHz: [865_062_500, 865_402_500, 865_985_000],
  extraChannelsHz: [866_185_000, 866_385_000, 866_785_000],
  dataRates: SF12_TO_SF7,
  uplinkDataRateMax: 5,
  dwellDataRateMin: 0,
  payloadBytesMax: [51, 51, 51, 115, 242, 242],
  payloadBytesMaxDwell: [51, 51, 51, 115, 242, 242],
  dwellDefault: false,
  dwellLifted: false,
  txParamSetup: false,
  joinDataRate: 2,
  rx2: { frequencyHz: 866_550_000, dataRate: 2 },
  rx1DataRates: RX1,
  rx1DataRatesDwell: RX1,
  rx1Offsets: 8,
  eirpDbmMax: 30,
  powerSteps: 14,
  duty: [{ fromHz: 865_000_000, toHz: 867_000_000, nodePerMille: 1000, gatewayPerMille: 1000 }],
  ...EVERY_PLAN,
}
