/** AS923-2 as used in Viet Nam: 920 to 923 MHz, 14 dBm ERP (16.15 dBm EIRP), 1 % of the time for a node and 10 % for a gateway.
 *  Source: RP002-1.0.3, 2.10 (AS923, offset -1.80 MHz); Circular 08/2021/TT-BTTTT as summarised by activio.asia; eight channels by
 *  Cloud-Energy/lorawan-vietnam-parameters. The law has no dwell limit, so the network lifts the plan's by TxParamSetupReq. */
import type { Region } from './region.ts'

export const as923_2: Region = {
  name: 'AS923-2',
  fromHz: 920_000_000,
  toHz: 923_000_000,
  channelsHz: [921_400_000, 921_600_000],
  // With the two above these are 920.2 to 921.6 MHz; the lowest is last, as a CFList takes five.
  extraChannelsHz: [920_400_000, 920_600_000, 920_800_000, 921_000_000, 921_200_000, 920_200_000],
  dataRates: [
    { spreadingFactor: 12, bandwidthHz: 125_000 },
    { spreadingFactor: 11, bandwidthHz: 125_000 },
    { spreadingFactor: 10, bandwidthHz: 125_000 },
    { spreadingFactor: 9, bandwidthHz: 125_000 },
    { spreadingFactor: 8, bandwidthHz: 125_000 },
    { spreadingFactor: 7, bandwidthHz: 125_000 },
    { spreadingFactor: 7, bandwidthHz: 250_000 },
  ],
  uplinkDataRateMax: 5,
  dwellDataRateMin: 2,
  payloadBytesMax: [51, 51, 115, 115, 242, 242, 242],
  payloadBytesMaxDwell: [0, 0, 11, 53, 125, 242, 242],
  dwellDefault: true,
  txParamSetup: true,
  joinDataRate: 2,
  rx2: { frequencyHz: 921_400_000, dataRate: 2 },
  rx1DataRates:
    '00000012' + //
    '10000023' +
    '21000034' +
    '32100045' +
    '43210056' +
    '54321067' +
    '65432177' +
    '76543277',
  rx1DataRatesDwell:
    '22222222' + //
    '22222223' +
    '22222234' +
    '32222245' +
    '43222256' +
    '54322267' +
    '65432277' +
    '76543277',
  rx1Offsets: 8,
  eirpDbmMax: 16,
  powerSteps: 7,
  duty: [{ fromHz: 920_000_000, toHz: 923_000_000, nodePerMille: 10, gatewayPerMille: 100 }],
  receiveDelaySeconds: 1,
  joinAcceptDelaySeconds: 5,
  syncWord: 0x34,
}
