/** What AS923-1, AS923-2, AS923-3 and AS923-4 share: everything but the frequencies and what a country adds.
 *  Source: RP002-1.0.3 and RP002-1.0.4, 2.10, where the four differ in AS923_FREQ_OFFSET alone; payloads and RX1 tables with and without
 *  dwell time as there. A plan spreads this in; a bundle gets the finished plan as one literal (cli/build/bundles.ts), so it costs a node nothing. */
import { EVERY_PLAN, SF12_TO_SF7, SF7_WIDE } from './everyPlan.ts'
import type { Region } from './region.ts'

/** Of the plan's default channels (2.10.2, "duty cycle < 1 %"); the 10 % of a gateway is Viet Nam's, and kept where a plan says nothing. */
export const AS923_DUTY = { nodePerMille: 10, gatewayPerMille: 100 } as const

export const AS923 = {
  dataRates: [...SF12_TO_SF7, SF7_WIDE],
  uplinkDataRateMax: 5,
  dwellDataRateMin: 2,
  payloadBytesMax: [51, 51, 115, 115, 242, 242, 242],
  payloadBytesMaxDwell: [0, 0, 11, 53, 125, 242, 242],
  dwellDefault: true,
  txParamSetup: true,
  joinDataRate: 2,
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
  ...EVERY_PLAN,
} satisfies Partial<Region>
