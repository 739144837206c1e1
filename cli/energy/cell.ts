/** How long a cell lasts. Charges in mAh and mAs, currents in mA, a year of 365 days. */

export interface Cell {
  readonly cellMah: number
  /** What a node can take out of it before it stops. */
  readonly usableFraction: number
  /** Of the nameplate's charge. */
  readonly selfDischargePerYear: number
}

const HOURS_PER_YEAR = 8_760

/** Years until the cell is empty at a mean current of `milliamps`. */
export function yearsOf({ cellMah, usableFraction, selfDischargePerYear }: Cell, milliamps: number): number {
  const mahPerYear = milliamps * HOURS_PER_YEAR + selfDischargePerYear * cellMah
  return (usableFraction * cellMah) / mahPerYear
}
