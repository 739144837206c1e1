/** A node's flash on the technician's bench, with no chips around it: the firmware's own code opens what stands in it. */
import { decodeSettings } from '../core/settings.ts'
import { JOURNAL_SECTORS, openJournal } from '../firmware/journal.ts'
import { COMMISSION_END } from '../firmware/modes.ts'
import { nowSeconds, saveState, SLOT, type Node } from '../firmware/nodeState.ts'
import { openNode } from '../firmware/openNode.ts'
import { NorFlash } from './chips/flash.ts'
import { ESP32_COSTS } from './costs.ts'
import { SimHal } from './hal.ts'
import { Machine } from './machine.ts'
import type { SimNode } from './node.ts'
import { Random } from './random.ts'

/** Opens a node from `flash`; undefined without settings. */
function openFrom(node: SimNode, flash: NorFlash, random: Random): Node | undefined {
  const settings = node.settings && decodeSettings(node.settings)
  if (settings === undefined || typeof settings === 'string') return undefined
  const machine = new Machine(node.machine.clock, ESP32_COSTS, 1, () => undefined, flash)
  const hal = new SimHal(machine, { settings: () => undefined, random, log: () => undefined })
  const journal = openJournal(hal.flash, JOURNAL_SECTORS)
  // Other settings than the node's own: one that is in its safe profile would leave its queue alone.
  return openNode({ ...node.parts, hal, settings, journal, settingsVersion: -1 })
}

/** A node as it stands in its flash, on a copy; undefined on one that never formatted it. */
export function nodeIn(node: SimNode): Node | undefined {
  const flash = new NorFlash(node.machine.flash.size, node.machine.flash.sectorSize)
  flash.bytes.set(node.machine.flash.bytes)
  if (flash.bytes.every((byte) => byte === 0xff)) return undefined
  return openFrom(node, flash, new Random(0, 'copy'))
}

/** Gives a new node its first twenty minutes at the bench: it comes to its pole with its commissioning behind it. */
export function commissionAtBench(node: SimNode, random: Random): void {
  const opened = openFrom(node, node.machine.flash, random)
  if (!opened) return
  const now = nowSeconds(opened)
  opened.words[COMMISSION_END] = now
  // It has measured since: a start without a sample in between would look like a second press of reset.
  opened.words[SLOT] = now + opened.intervalSeconds
  saveState(opened)
}
