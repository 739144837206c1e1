/** What a lithium cell still allows: below the first voltage a node measures and reports more rarely, below the second it keeps its radio off, because
 *  the current of a transmission would pull the cell under what the chip needs and the node would start over and over. Each state ends at a higher
 *  voltage than it begins, or a cell that recovers without load would let the node swing between them.
 *  Source: discharge curves of lithium-ion cells at rest (about 10 % left at 3.5 V, 5 % at 3.35 V); ESP32 datasheet (3.0 V least behind a regulator). */
import { FLAG } from '../core/flags.ts'
import { HEALTH_DUE } from './modes.ts'
import { BATTERY, SUPPLY, SUPPLY_EMPTY, SUPPLY_FULL, SUPPLY_LOW, type Node } from './nodeState.ts'

export const BATTERY_VOLTAGE = 16
const LOW_MILLIVOLTS = 3_500
const LOW_END_MILLIVOLTS = 3_650
const EMPTY_MILLIVOLTS = 3_350
const EMPTY_END_MILLIVOLTS = 3_500
/** A full cell rests at 4.2 V. */
const FULL_ABOVE_EMPTY_MILLIVOLTS = 850

/** The level of the cell as a DevStatusAns says it (LoRaWAN 1.0.4, 5.5): 1 where the radio goes off to 254 for a full one, 0 on the mains, 255 when nobody has measured it. */
export function batteryLevel({ words, profile }: Node): number {
  if (profile.quantities.indexOf(BATTERY_VOLTAGE) < 0) return 0
  const level = 1 + Math.floor((253 * (words[BATTERY]! - EMPTY_MILLIVOLTS)) / FULL_ABOVE_EMPTY_MILLIVOLTS)
  return words[BATTERY] === 0 ? 255 : Math.min(254, Math.max(1, level))
}

/** Takes the battery's voltage out of a sample; the word SUPPLY follows. A value that the filter does not believe changes nothing, and where there is no
 *  value there is no cell to spare: a broken divider must not silence a node for ever. */
export function noteSupply({ words, profile }: Node, values: Int32Array, flags: Uint8Array): void {
  const column = profile.quantities.indexOf(BATTERY_VOLTAGE)
  if (column < 0 || flags[column] === FLAG.fail) return
  const millivolts = flags[column] === FLAG.missing ? LOW_END_MILLIVOLTS : values[column]!
  const was = words[SUPPLY]!
  words[BATTERY] = flags[column] === FLAG.missing ? 0 : millivolts
  if (millivolts < (was === SUPPLY_EMPTY ? EMPTY_END_MILLIVOLTS : EMPTY_MILLIVOLTS))
    words[SUPPLY] = SUPPLY_EMPTY
  else
    words[SUPPLY] =
      millivolts < (was === SUPPLY_FULL ? LOW_MILLIVOLTS : LOW_END_MILLIVOLTS) ? SUPPLY_LOW : SUPPLY_FULL
  if (words[SUPPLY] !== was) words[HEALTH_DUE] = 0
}
