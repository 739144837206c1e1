/** Health: how a node itself is doing, 11 bytes, daily and on change. What a gateway raises an alarm by comes first. */
import { BitReader, BitWriter, type BitPort } from './bits.ts'
import type { Health, PacketError } from './types.ts'

/** Highest values of Health.resetReason, supply, mode and clock. */
const RESET_REASON_MAX = 6
const SUPPLY_MAX = 2
const MODE_MAX = 2
const CLOCK_MAX = 2
/** Millivolts of one unit of the battery's voltage. */
const BATTERY_STEP_MILLIVOLTS = 20

/** A count in so many bits: what is more stays at the highest. */
function most(value: number, bits: number): number {
  const end = (1 << bits) - 1
  return value > end ? end : value
}

/** The fields in the order of the wire; a row of docs/PACKET.md each. */
export function walkHealth(port: BitPort, health: Health): void {
  health.resetReason = port.bits(health.resetReason, 3)
  health.supply = port.bits(health.supply, 2)
  health.mode = port.bits(health.mode, 2)
  health.clock = port.bits(health.clock, 2)
  health.errors = port.bits(health.errors, 4)
  health.brownOuts = port.bits(most(health.brownOuts, 8), 8)
  health.crashes = port.bits(most(health.crashes, 8), 8)
  health.powerOns = port.bits(most(health.powerOns, 8), 8)
  health.settingsVersion = port.bits(health.settingsVersion, 17)
  health.freeVariables = port.bits(most(health.freeVariables, 12), 12)
  health.batteryMillivolts =
    port.bits(most(Math.floor(health.batteryMillivolts / BATTERY_STEP_MILLIVOLTS), 8), 8) *
    BATTERY_STEP_MILLIVOLTS
  health.held = port.bits(most(health.held, 13), 13)
}

/** Writes a health packet and answers its bytes, 0 when it does not fit. Counts stay at the highest their bits hold; the voltage is cut to 20 mV.
 *  `health` takes what was written. */
export function encodeHealth(health: Health, into: Uint8Array): number {
  const writer = new BitWriter(into)
  walkHealth(writer, health)
  return writer.finish()
}

/** Errors: 'short', 'long', 'range' (a word of a list that has no such place, or a filling that is not 0). */
export function decodeHealth(bytes: Uint8Array): Health | PacketError {
  // prettier-ignore
  const health: Health = {
    resetReason: 0, supply: 0, mode: 0, clock: 0, errors: 0, brownOuts: 0, crashes: 0,
    powerOns: 0, settingsVersion: 0, freeVariables: 0, batteryMillivolts: 0, held: 0,
  }
  const reader = new BitReader(bytes)
  walkHealth(reader, health)
  const filling = reader.bits(0, 8 - (reader.position & 7 || 8))
  const end = reader.finish()
  if (end) return end
  const known =
    health.resetReason <= RESET_REASON_MAX &&
    health.supply <= SUPPLY_MAX &&
    health.mode <= MODE_MAX &&
    health.clock <= CLOCK_MAX
  return known && filling === 0 ? health : 'range'
}
