/** How long a LoRa frame is in the air. Source: Semtech AN1200.13, "LoRa Modem Designer's Guide", section 4; the same formula stands in the
 *  SX1276 datasheet, 4.1.1.7. Everything is whole microseconds. */

export interface AirtimeOptions {
  /** CRC after the payload: uplinks have one, downlinks have none. True when left out. */
  readonly crc?: boolean
  /** 1 to 4 for 4/5 to 4/8; 1 when left out. */
  readonly codingRate?: number
  /** 8 when left out. */
  readonly preambleSymbols?: number
  /** False when left out, as always in LoRaWAN. */
  readonly implicitHeader?: boolean
}

/** One symbol: exact for 125, 250 and 500 kHz. */
export function symbolMicroseconds(spreadingFactor: number, bandwidthHz: number): number {
  return ((1 << spreadingFactor) * 1000) / (bandwidthHz / 1000)
}

/** Whether symbols are so long that LowDataRateOptimize is needed: over 16 ms (SX1276 datasheet 4.1.1.6), which is from 16.384 ms on. */
export function needsLowDataRateOptimize(spreadingFactor: number, bandwidthHz: number): boolean {
  return symbolMicroseconds(spreadingFactor, bandwidthHz) >= 16_384
}

/** Time on air of `bytes` (whole frame, PHYPayload). */
export function airtimeMicroseconds(
  bytes: number,
  spreadingFactor: number,
  bandwidthHz: number,
  options?: AirtimeOptions,
): number {
  const { crc = true, codingRate = 1, preambleSymbols = 8, implicitHeader = false } = options || {}
  const bits = 8 * bytes - 4 * spreadingFactor + 28 + (crc ? 16 : 0) - (implicitHeader ? 20 : 0)
  const bitsPerGroup =
    4 * (spreadingFactor - (needsLowDataRateOptimize(spreadingFactor, bandwidthHz) ? 2 : 0))
  const groups = bits > 0 ? ((bits + bitsPerGroup - 1) / bitsPerGroup) | 0 : 0
  const quarterSymbols = 4 * (preambleSymbols + 8 + groups * (codingRate + 4)) + 17
  return (quarterSymbols * symbolMicroseconds(spreadingFactor, bandwidthHz)) / 4
}
