/** How long the bundles live in the real interpreter, and where the lines about them go. */
import { appendFileSync } from 'node:fs'

/** The bundles that are flown longest when FIELDNODE_WAKES says how long. */
const NAMED: ReadonlySet<string> = new Set([
  'esp32-devkit-air.js',
  'esp32-devkit-light.js',
  'ttgo-lora32-v21-air.js',
  'ttgo-lora32-v21-gauge.js',
  'ttgo-lora32-v21-light.js',
  'ttgo-lora32-v21-soil.js',
])
const WAKES_SHORT = 20

/** Wakes out of deep sleep; of a light, which does not sleep, its intervals. */
export const wakesOf = (file: string): number =>
  NAMED.has(file) ? Number(process.env['FIELDNODE_WAKES'] ?? WAKES_SHORT) : WAKES_SHORT

/** What is said of one bundle. */
export interface Flown {
  readonly board: string
  readonly profile: string
  readonly bytes: number
  readonly functions: number
  /** At the fullest, without the prelude's share. */
  readonly peakVars: number
  readonly wakes: number
  /** Every call as recorded, and every frame that of the simulated node, at the same microsecond. */
  readonly equal: boolean
  /** Of a node that was updated meanwhile: hashes of its verification, and the fullest of the programs that made them. */
  readonly update?: { readonly hashes: number; readonly peakVars: number }
}

/** Prints the line, and adds it to the file that FIELDNODE_LINES names (run.mjs). */
export function tell(flown: Flown): void {
  const line = JSON.stringify(flown)
  console.log(line)
  const file = process.env['FIELDNODE_LINES']
  if (file) appendFileSync(file, line + '\n')
}
