/** A bed whose node is sent a change of its settings, the settings that it keeps, and its power cut on the way. Whoever runs it puts the fake MAC in the
 *  real one's place. */
import { expect } from 'vitest'
import { DOWNLINK_PORT } from '../../core/packet/index.ts'
import { decodeSettings, SETTINGS_BYTES } from '../../core/settings.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import { JOURNAL_SECTORS, KIND, latest, openJournal } from '../../firmware/journal.ts'
import { encodeConfiguration, type Configuration } from '../../gateway/configuration/change.ts'
import { Bed, SETTINGS } from './bed.ts'

const HOUR_MS = 3_600_000

/** A node at work, and a change that waits for its next uplink. */
export function commanded(revision: number, changes: Configuration): Bed {
  const bed = new Bed(soil)
  bed.run(3 * HOUR_MS)
  bed.downlink = { port: DOWNLINK_PORT.configuration, payload: encodeConfiguration(revision, changes) }
  return bed
}

export function keptSettings(bed: Bed) {
  const kept = latest(openJournal(bed.flash, JOURNAL_SECTORS), KIND.settings)!
  return decodeSettings(kept.subarray(0, SETTINGS_BYTES))
}

/** Cuts the power at every `stride`th step of flash while the change is taken, and expects both outcomes among them. */
export function expectOldOrNew(stride: number): void {
  const OLD = SETTINGS
  const NEW = { ...SETTINGS, intervalSeconds: 120, gaugeHeightMm: -9 }
  const seen = new Set<string>()
  for (let cut = 0; cut < 1_760; cut += stride) {
    const bed = commanded(9, { intervalSeconds: 120, gaugeHeightMm: -9 })
    bed.flash.cutAt = bed.flash.steps + cut
    try {
      bed.runHours(2)
    } catch (error) {
      if (bed.flash.steps !== bed.flash.cutAt) throw error
    }
    bed.flash.cutAt = undefined
    bed.cutPower(60_000)
    bed.runHours(1)
    const settings = keptSettings(bed)
    const which = JSON.stringify(settings) === JSON.stringify(OLD) ? 'old' : 'new'
    if (which === 'new') expect(settings).toEqual(NEW)
    seen.add(which)
  }
  expect([...seen].sort()).toEqual(['new', 'old'])
}
