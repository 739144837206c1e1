/** EU868: 863 to 870 MHz. Source: RP002-1.0.3, 2.4; limits of time by ETSI EN 300 220-2 annex B (a gateway keeps the same as a node). */
import { EVERY_PLAN, SF12_TO_SF7, SF7_WIDE } from './everyPlan.ts'
import type { Region } from './region.ts'

/** There is no dwell limit here, so both tables are one. */
const RX1 =
  '000000' + //
  '100000' +
  '210000' +
  '321000' +
  '432100' +
  '543210' +
  '654321' +
  '765432'

export const eu868: Region = {
  name: 'EU868',
  fromHz: 863_000_000,
  toHz: 870_000_000,
  channelsHz: [868_100_000, 868_300_000, 868_500_000],
  extraChannelsHz: [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000],
  dataRates: [...SF12_TO_SF7, SF7_WIDE],
  uplinkDataRateMax: 5,
  dwellDataRateMin: 0,
  // Data rate 4 is 242 in some revisions and 222 in others; 222 is right for all.
  payloadBytesMax: [51, 51, 51, 115, 222, 242, 242],
  payloadBytesMaxDwell: [51, 51, 51, 115, 222, 242, 242],
  dwellDefault: false,
  dwellLifted: false,
  txParamSetup: false,
  joinDataRate: 2,
  rx2: { frequencyHz: 869_525_000, dataRate: 0 },
  rx1DataRates: RX1,
  rx1DataRatesDwell: RX1,
  rx1Offsets: 6,
  eirpDbmMax: 16,
  powerSteps: 7,
  duty: [
    { fromHz: 863_000_000, toHz: 865_000_000, nodePerMille: 1, gatewayPerMille: 1 },
    { fromHz: 865_000_000, toHz: 868_000_000, nodePerMille: 10, gatewayPerMille: 10 },
    { fromHz: 868_000_000, toHz: 868_600_000, nodePerMille: 10, gatewayPerMille: 10 },
    { fromHz: 868_700_000, toHz: 869_200_000, nodePerMille: 1, gatewayPerMille: 1 },
    { fromHz: 869_400_000, toHz: 869_650_000, nodePerMille: 100, gatewayPerMille: 100 },
    { fromHz: 869_700_000, toHz: 870_000_000, nodePerMille: 10, gatewayPerMille: 10 },
  ],
  ...EVERY_PLAN,
}
