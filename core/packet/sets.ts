/** Sets of quantities that travel together: a packet names its set in 5 bits instead of listing what it carries.
 *  Ids are append-only and below 32; 0 means that a 32-bit presence mask leads the body. The order of a row is the order on the wire. */

export interface QuantitySet {
  id: number
  name: string
  quantities: readonly number[]
}

// prettier-ignore
export const QUANTITY_SETS: readonly QuantitySet[] = [
  { id: 1, name: 'soil',    quantities: [1, 3, 4, 16] },                // soilMoisture airTemperature airHumidity batteryVoltage
  { id: 2, name: 'air',     quantities: [3, 4, 16] },                   // airTemperature airHumidity batteryVoltage
  { id: 3, name: 'gauge',   quantities: [9, 3, 16] },                   // waterLevel airTemperature batteryVoltage
  { id: 4, name: 'light',   quantities: [18, 23, 29, 30, 22] },         // lampLevel relayOn lampCommand lampReason mainsPresent
  { id: 5, name: 'village', quantities: [1, 2, 3, 4, 5, 6, 9, 15, 16] }, // the nine of the packet series
]

/** True when both lists hold the same ids in the same order. */
function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Id of the set with exactly these quantities in this order, 0 when no row fits. */
export function setIdOf(quantities: readonly number[]): number {
  for (let i = 0; i < QUANTITY_SETS.length; i++) {
    if (same(QUANTITY_SETS[i]!.quantities, quantities)) return QUANTITY_SETS[i]!.id
  }
  return 0
}

/** Quantities of a set in wire order; undefined when there is no such set (0 included). */
export function quantitiesOf(setId: number): readonly number[] | undefined {
  for (let i = 0; i < QUANTITY_SETS.length; i++) {
    if (QUANTITY_SETS[i]!.id === setId) return QUANTITY_SETS[i]!.quantities
  }
  return undefined
}
