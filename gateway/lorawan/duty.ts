/** How much of the last hour a forwarder has spent sending in each band, against what the law allows it.
 *  Airtime in microseconds, time in Unix milliseconds, limits in per mille. The hour is kept in minutes: what falls out of it falls
 *  out a minute at a time, never too early. */
import { dutyBandOf, type Region } from '../../core/regions/region.ts'

const HOUR_MS = 3_600_000
const SLOT_MS = 60_000
const SLOTS = HOUR_MS / SLOT_MS + 1

/** A part of the budget that acknowledgements leave alone, so that joins and commands always find some. */
export const ORDINARY_SHARE_PERCENT = 80

export class DutyBudget {
  /** By forwarder and band: airtime of each minute, and which minute a place stands for. */
  private readonly spent = new Map<string, { airtimeUs: Float64Array; minute: Float64Array }>()

  constructor(private readonly region: Region) {}

  /** Microseconds sent within the last hour in the band of `frequencyHz`. */
  usedMicroseconds(gateway: string, frequencyHz: number, nowMs: number): number {
    const slots = this.spent.get(this.key(gateway, frequencyHz))
    if (!slots) return 0
    const oldest = Math.floor(nowMs / SLOT_MS) - SLOTS + 1
    return slots.airtimeUs.reduce(
      (sum, airtimeUs, slot) => (slots.minute[slot]! >= oldest ? sum + airtimeUs : sum),
      0,
    )
  }

  /** Whether a frame of this airtime still fits; `sharePercent` is the part of the budget it may use. Outside every band nothing fits. */
  allows(
    gateway: string,
    frequencyHz: number,
    nowMs: number,
    airtimeUs: number,
    sharePercent: number,
  ): boolean {
    const perMille = this.region.duty[dutyBandOf(this.region, frequencyHz)]?.gatewayPerMille ?? 0
    const budgetUs = (HOUR_MS * perMille * sharePercent) / 100
    return this.usedMicroseconds(gateway, frequencyHz, nowMs) + airtimeUs <= budgetUs
  }

  spend(gateway: string, frequencyHz: number, nowMs: number, airtimeUs: number): void {
    const key = this.key(gateway, frequencyHz)
    const slots = this.spent.get(key) ?? {
      airtimeUs: new Float64Array(SLOTS),
      minute: new Float64Array(SLOTS),
    }
    this.spent.set(key, slots)
    const minute = Math.floor(nowMs / SLOT_MS)
    const slot = minute % SLOTS
    if (slots.minute[slot] !== minute) slots.airtimeUs[slot] = 0
    slots.minute[slot] = minute
    slots.airtimeUs[slot]! += airtimeUs
  }

  private key(gateway: string, frequencyHz: number): string {
    return `${gateway}/${dutyBandOf(this.region, frequencyHz)}`
  }
}
