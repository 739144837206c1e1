/** How much of the last hour a forwarder has spent sending, against what the law allows it.
 *  Airtime in microseconds, time in Unix milliseconds, limits in per mille. The hour is kept in minutes: what falls out of it falls
 *  out a minute at a time, never too early. */

const HOUR_MS = 3_600_000
const SLOT_MS = 60_000
const SLOTS = HOUR_MS / SLOT_MS + 1

/** A part of the budget that acknowledgements leave alone, so that joins and commands always find some. */
export const ORDINARY_SHARE_PERCENT = 80

export class DutyBudget {
  /** By forwarder: airtime of each minute, and which minute a place stands for. */
  private readonly spent = new Map<string, { airtimeUs: Float64Array; minute: Float64Array }>()

  /** Microseconds that the forwarder has sent within the last hour. */
  usedMicroseconds(gateway: string, nowMs: number): number {
    const slots = this.spent.get(gateway)
    if (!slots) return 0
    const oldest = Math.floor(nowMs / SLOT_MS) - SLOTS + 1
    return slots.airtimeUs.reduce((sum, airtimeUs, slot) => (slots.minute[slot]! >= oldest ? sum + airtimeUs : sum), 0)
  }

  /** Whether a frame of this airtime still fits; `share` is the part of the budget it may use, in percent. */
  allows(gateway: string, nowMs: number, airtimeUs: number, perMille: number, share: number): boolean {
    const budgetUs = (HOUR_MS * perMille * share) / 100
    return this.usedMicroseconds(gateway, nowMs) + airtimeUs <= budgetUs
  }

  spend(gateway: string, nowMs: number, airtimeUs: number): void {
    const minute = Math.floor(nowMs / SLOT_MS)
    const slots = this.spent.get(gateway) ?? { airtimeUs: new Float64Array(SLOTS), minute: new Float64Array(SLOTS) }
    this.spent.set(gateway, slots)
    const slot = minute % SLOTS
    if (slots.minute[slot] !== minute) slots.airtimeUs[slot] = 0
    slots.minute[slot] = minute
    slots.airtimeUs[slot]! += airtimeUs
  }
}
