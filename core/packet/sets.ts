/** Sets of quantities that travel together: a packet names its set in 5 bits instead of listing what it carries.
 *  Ids are append-only and below 32; 0 means that a 32-bit presence mask stands in the packet. A row's order is the order on the wire. */

/** One row a set: its id, how many quantities, their ids. A node carries this; as objects it would cost five times the variables. */
// prettier-ignore
const SETS = new Uint8Array([
  1, 4,  1, 3, 4, 16,                 // soil: soilMoisture airTemperature airHumidity batteryVoltage
  2, 3,  3, 4, 16,                    // air: airTemperature airHumidity batteryVoltage
  3, 3,  9, 3, 16,                    // gauge: waterLevel airTemperature batteryVoltage
  4, 5,  18, 23, 29, 30, 22,          // light: lampLevel relayOn lampCommand lampReason mainsPresent
  5, 9,  1, 2, 3, 4, 5, 6, 9, 15, 16, // village: the nine of the packet series
])

const NAMES = ['', 'soil', 'air', 'gauge', 'light', 'village']

export interface QuantitySet {
  id: number
  name: string
  quantities: readonly number[]
}

/** Id of the set with exactly these quantities in this order, 0 when no row fits. */
export function setIdOf(quantities: readonly number[]): number {
  for (let at = 0; at < SETS.length; at += 2 + SETS[at + 1]!) {
    let i = 0
    while (i < quantities.length && quantities[i] === SETS[at + 2 + i]) i++
    if (i === quantities.length && i === SETS[at + 1]) return SETS[at]!
  }
  return 0
}

/** The rows as objects, by id, for whoever has room for them. */
function readRows(): QuantitySet[] {
  const rows: QuantitySet[] = []
  for (let at = 0; at < SETS.length; at += 2 + SETS[at + 1]!) {
    const quantities: number[] = []
    for (let i = 0; i < SETS[at + 1]!; i++) quantities.push(SETS[at + 2 + i]!)
    rows.push({ id: SETS[at]!, name: NAMES[SETS[at]!]!, quantities })
  }
  return rows
}

// Marked as pure so that a bundle that does not use it leaves it out.
export const QUANTITY_SETS: readonly QuantitySet[] = /* @__PURE__ */ readRows()

/** Quantities of a set in wire order; undefined when there is no such set (0 included). */
export function quantitiesOf(setId: number): readonly number[] | undefined {
  return QUANTITY_SETS.find((each) => each.id === setId)?.quantities
}
