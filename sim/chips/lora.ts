/** LoRa's modulation as the simulator's air and its radio model count it, written apart from core/lorawan/airtime.ts so that each checks the other.
 *  Source: Semtech SX1276/77/78/79 datasheet rev. 7, 4.1.1.6 (symbol time), 4.1.1.7 (time on air, LowDataRateOptimize); AN1200.13. Times in microseconds. */

/** What two radios must have in common, and what decides how long a frame takes. */
export interface LoraSetting {
  readonly frequencyHz: number
  readonly spreadingFactor: number
  readonly bandwidthHz: number
  /** 1 to 4 for 4/5 to 4/8. */
  readonly codingRate: number
  readonly preambleSymbols: number
  readonly explicitHeader: boolean
  readonly payloadCrc: boolean
  readonly lowDataRate: boolean
  readonly invertedIq: boolean
  readonly syncWord: number
}

/** Symbols of a preamble after the programmed ones: two of sync word and two and a quarter down-chirps. */
export const PREAMBLE_TAIL_SYMBOLS = 4.25

/** The first symbols behind the preamble: they hold the header. */
export const HEADER_SYMBOLS = 8

/** Length of one symbol: a whole number at 125, 250 and 500 kHz. */
export const symbolMicros = (spreadingFactor: number, bandwidthHz: number): number =>
  (2 ** spreadingFactor * 1e6) / bandwidthHz

/** Symbols longer than 16 ms need LowDataRateOptimize (4.1.1.6). */
export const needsLowDataRate = (spreadingFactor: number, bandwidthHz: number): boolean =>
  symbolMicros(spreadingFactor, bandwidthHz) > 16_000

/** Time on air of `bytes` of payload, rounded to a whole microsecond. */
export function airMicros(setting: LoraSetting, bytes: number): number {
  const { spreadingFactor: sf, codingRate } = setting
  const bits = 8 * bytes - 4 * sf + 28 + (setting.payloadCrc ? 16 : 0) - (setting.explicitHeader ? 0 : 20)
  const block = 4 * (sf - (setting.lowDataRate ? 2 : 0))
  const payloadSymbols = HEADER_SYMBOLS + Math.max(Math.ceil(bits / block) * (codingRate + 4), 0)
  const symbols = setting.preambleSymbols + PREAMBLE_TAIL_SYMBOLS + payloadSymbols
  return Math.round(symbols * symbolMicros(sf, setting.bandwidthHz))
}

/** Least ratio of signal to noise at which a frame can be demodulated, dB (datasheet table 13), by spreading factor from 6. */
const SNR_DB_MIN = [-5, -7.5, -10, -12.5, -15, -17.5, -20]

export const snrDbMin = (spreadingFactor: number): number => SNR_DB_MIN[spreadingFactor - 6]!

/** Thermal noise in the bandwidth plus the receiver's noise figure of 6 dB (AN1200.22), dBm. */
export const noiseDbm = (bandwidthHz: number): number => -174 + 10 * Math.log10(bandwidthHz) + 6
