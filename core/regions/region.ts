/** What a region is: the type of the literals beside this file, and the two questions that need more than a look at them.
 *  Source: LoRaWAN Regional Parameters RP002-1.0.3. Frequencies in Hz, powers in dBm EIRP, sizes in bytes. */

export interface DataRate {
  readonly spreadingFactor: number
  readonly bandwidthHz: number
}

/** A stretch of spectrum with a limit on how much of the time one may transmit: 1000 is none. */
export interface DutyBand {
  readonly fromHz: number
  readonly toHz: number
  readonly nodePerMille: number
  readonly gatewayPerMille: number
}

export interface Region {
  readonly name: string
  /** Lowest and highest frequency a network may name. */
  readonly fromHz: number
  readonly toHz: number
  /** Channels every node has: joins go out here. A downlink in RX1 comes on the uplink's channel. */
  readonly channelsHz: readonly number[]
  /** Channels the network adds and its concentrator hears: the first five by the join accept's CFList, where that may last as long as it takes. */
  readonly extraChannelsHz: readonly number[]
  /** By data rate; what is not LoRa is left out at the end. */
  readonly dataRates: readonly DataRate[]
  /** Highest data rate of an uplink. */
  readonly uplinkDataRateMax: number
  /** Lowest data rate of an uplink while uplinks are bound to 400 ms. */
  readonly dwellDataRateMin: number
  /** Application payload (N) by data rate, without options. */
  readonly payloadBytesMax: readonly number[]
  /** The same while uplinks are bound to 400 ms. */
  readonly payloadBytesMaxDwell: readonly number[]
  /** Whether a node is bound to 400 ms until the network lifts it. */
  readonly dwellDefault: boolean
  /** Whether a network lifts that by TxParamSetupReq: only where the law is known to ask no dwell limit. */
  readonly dwellLifted: boolean
  /** Whether TxParamSetupReq exists here; elsewhere a node does not answer it. */
  readonly txParamSetup: boolean
  readonly joinDataRate: number
  readonly rx2: { readonly frequencyHz: number; readonly dataRate: number }
  /** Data rate of RX1, a digit each: `rx1Offsets` digits for each uplink data rate from 0. One string, since rows cost a node variables. */
  readonly rx1DataRates: string
  /** The same while downlinks are bound to 400 ms. */
  readonly rx1DataRatesDwell: string
  readonly rx1Offsets: number
  readonly eirpDbmMax: number
  /** Steps of 2 dB that LinkADRReq may lower the power by. */
  readonly powerSteps: number
  readonly duty: readonly DutyBand[]
  readonly receiveDelaySeconds: number
  readonly joinAcceptDelaySeconds: number
  /** SX127x register value. */
  readonly syncWord: number
}

/** Data rate of RX1 after an uplink at `uplinkDataRate` (0 to 7), for an offset below `region.rx1Offsets`. The answer may be one that
 *  `region.dataRates` does not have (FSK): then there is no RX1. */
export function rx1DataRate(region: Region, uplinkDataRate: number, offset: number, dwell: boolean): number {
  const digits = dwell ? region.rx1DataRatesDwell : region.rx1DataRates
  return digits.charCodeAt(uplinkDataRate * region.rx1Offsets + offset) - 48
}

/** Application payload a node may send, without options: 0 where the data rate is not allowed. */
export function payloadBytesMax(region: Region, dataRate: number, dwell: boolean): number {
  return (dwell ? region.payloadBytesMaxDwell : region.payloadBytesMax)[dataRate] || 0
}

/** Which of `region.duty` a frequency falls under, or -1 when it may not be used at all. */
export function dutyBandOf(region: Region, frequencyHz: number): number {
  for (let i = 0; i < region.duty.length; i++) {
    const band = region.duty[i]!
    if (frequencyHz >= band.fromHz && frequencyHz <= band.toHz) return i
  }
  return -1
}
