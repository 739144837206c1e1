/** The energy of a LoRaWAN class A uplink as measured on a MultiTech mDot (SX1272): a model to be held against, not our node.
 *  Source: Casals, Mir, Vidal, Gomez, "Modeling the Energy Performance of LoRaWAN", Sensors 17 (2017) 2364, unacknowledged transmission without
 *  downlink; state 7 lasts until a second has passed since the first window opened, which gives the paper's headline of one year at an uplink every
 *  five minutes. Times in ms, currents in mA, charges in mAs. */
import { airtimeMicroseconds } from '../../core/lorawan/airtime.ts'
import { eu868 } from '../../core/regions/eu868.ts'
import { yearsOf, type Cell } from './cell.ts'

/** MHDR 1, FHDR 7, FPort 1, MIC 4. */
export const OVERHEAD_BYTES = 13
/** Data rates of the paper: EU868's at 125 kHz. */
export const DATA_RATE_MAX = 5
export const SLEEP_MA = 0.045
export const CELL: Cell = { cellMah: 2_400, usableFraction: 1, selfDischargePerYear: 0 }

/** The first window when nothing comes, by data rate: the shortest that the chip can open. */
const FIRST_WINDOW_MS = [262.14, 131.07, 98.3, 49.15, 24.58, 12.29]
const BETWEEN_WINDOWS_MS = 1_000

export interface Activity {
  /** From waking to sleeping. */
  readonly activeMs: number
  readonly chargeMas: number
}

interface State {
  readonly state: string
  readonly ms: number
  readonly mA: number
}

// prettier-ignore
function states(airtimeMs: number, firstWindowMs: number): readonly State[] {
  return [
    { state: 'wake up',                   ms: 168.2,                              mA: 22.1 },
    { state: 'radio preparation',         ms: 83.8,                               mA: 13.3 },
    { state: 'transmission',              ms: airtimeMs,                          mA: 83.0 },
    { state: 'wait for the 1st window',   ms: 983.3,                              mA: 27.0 },
    { state: '1st window',                ms: firstWindowMs,                      mA: 38.1 },
    { state: 'wait for the 2nd window',   ms: BETWEEN_WINDOWS_MS - firstWindowMs, mA: 27.1 },
    { state: '2nd window',                ms: 33.0,                               mA: 35.0 },
    { state: 'radio off',                 ms: 147.4,                              mA: 13.2 },
    { state: 'post-processing',           ms: 268.0,                              mA: 21.0 },
    { state: 'turn-off sequence',         ms: 38.6,                               mA: 13.3 },
  ]
}

/** One uplink with `bytes` of application payload at EU868's data rate 0 to 5. */
export function activityOf(dataRate: number, bytes: number): Activity {
  const { spreadingFactor, bandwidthHz } = eu868.dataRates[dataRate]!
  const airtimeMs = airtimeMicroseconds(bytes + OVERHEAD_BYTES, spreadingFactor, bandwidthHz) / 1000
  const all = states(airtimeMs, FIRST_WINDOW_MS[dataRate]!)
  return {
    activeMs: all.reduce((sum, { ms }) => sum + ms, 0),
    chargeMas: all.reduce((sum, { ms, mA }) => sum + (ms * mA) / 1000, 0),
  }
}

/** Mean current with an uplink every `intervalSeconds`, asleep between them. */
export function meanMilliamps({ activeMs, chargeMas }: Activity, intervalSeconds: number): number {
  return (chargeMas + (intervalSeconds - activeMs / 1000) * SLEEP_MA) / intervalSeconds
}

/** Life on the paper's cell. */
export function lifeYears(activity: Activity, intervalSeconds: number): number {
  return yearsOf(CELL, meanMilliamps(activity, intervalSeconds))
}
