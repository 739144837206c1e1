/** The two receive windows that a class A node opens after each uplink: when, where and how fast.
 *  Source: LoRaWAN 1.0.4, sections 3.3 and 6.2; RP002-1.0.3 for what a region puts in. Delays count from the end of the uplink. */
import { payloadBytesMax, rx1DataRate, type Region } from '../../core/regions/region.ts'
import type { Reception } from '../ingest/rxpk.ts'

export interface Window {
  name: 'rx1' | 'rx2'
  delayMs: number
  frequencyHz: number
  spreadingFactor: number
  bandwidthHz: number
  /** Application payload that fits when the frame has no options. */
  payloadBytesMax: number
}

/** What an uplink says of the windows that follow it; a join request's come later and have no offset. */
interface WindowRule {
  delaySeconds: number
  dwell: boolean
}

/** RX2 opens a second after RX1. */
const RX2_AFTER_RX1_MS = 1000

export function dataRateOf(region: Region, reception: Reception): number {
  return region.dataRates.findIndex(
    ({ spreadingFactor, bandwidthHz }) =>
      spreadingFactor === reception.spreadingFactor && bandwidthHz === reception.bandwidthHz,
  )
}

/** Both windows, in the order in which they open. One whose data rate the region lacks (FSK) is left out. */
function windowsAfter(region: Region, reception: Reception, rule: WindowRule): Window[] {
  const window = (name: Window['name'], delayMs: number, frequencyHz: number, dataRate: number): Window[] => {
    const rate = region.dataRates[dataRate]
    if (!rate) return []
    return [
      { name, delayMs, frequencyHz, ...rate, payloadBytesMax: payloadBytesMax(region, dataRate, rule.dwell) },
    ]
  }
  const delayMs = 1000 * rule.delaySeconds
  const uplinkRate = dataRateOf(region, reception)
  return [
    ...(uplinkRate < 0
      ? []
      : window('rx1', delayMs, reception.frequencyHz, rx1DataRate(region, uplinkRate, 0, rule.dwell))),
    ...window('rx2', delayMs + RX2_AFTER_RX1_MS, region.rx2.frequencyHz, region.rx2.dataRate),
  ]
}

export const dataWindows = (region: Region, reception: Reception, dwell: boolean): Window[] =>
  windowsAfter(region, reception, { delaySeconds: region.receiveDelaySeconds, dwell })

export const joinWindows = (region: Region, reception: Reception): Window[] =>
  windowsAfter(region, reception, { delaySeconds: region.joinAcceptDelaySeconds, dwell: region.dwellDefault })
