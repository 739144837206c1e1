/** The MAC of a node, on its board's radio and its journal. */
import { append, KIND, latest } from '../journal.ts'
import type { Node } from '../nodeState.ts'
import { BATTERY_VOLTAGE } from '../supply.ts'
import { makeMac, type Mac } from './mac.ts'

/** DevStatusAns: on the mains; and a cell whose level the network gets as a quantity (LoRaWAN 1.0.4, 5.5). */
const BATTERY_NONE = 0
const BATTERY_UNKNOWN = 255

export function openMac(node: Node): Mac {
  const { hal, board, profile, region, settings, journal } = node
  const host = {
    load: () => latest(journal, KIND.mac),
    save: (state: Uint8Array) => append(journal, KIND.mac, state),
    battery: profile.quantities.indexOf(BATTERY_VOLTAGE) < 0 ? BATTERY_NONE : BATTERY_UNKNOWN,
    opened: node.opened,
  }
  return makeMac(hal, board.openRadio(hal, board.radio), region, settings, host, node.onTime)
}
