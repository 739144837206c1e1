/** The entry of every bundle and of every simulated node: reads the settings and hands the node to its profile. */
import { SETTINGS_CHANGED } from '../core/packet/types.ts'
import type { Region } from '../core/regions/region.ts'
import { decodeSettings, SETTINGS_BYTES } from '../core/settings.ts'
import type { Board } from './board.ts'
import type { Hal } from './hal/index.ts'
import { append, isErased, JOURNAL_SECTORS, KIND, latest, openJournal } from './journal.ts'
import { failSelfTest, UPDATES } from './link/link.ts'
import type { NodeParts, Profile } from './profiles/profile.ts'

/** True when the journal's copy is the cable's record, or was made from it (configure.ts): by the record's checksum, which ends it, and which stands behind
 *  a copy that was changed. It is looked at on every wake, and comparing all bytes takes as long as a sensor. */
function isFrom(kept: Uint8Array, record: Uint8Array): boolean {
  const at = kept.length > SETTINGS_BYTES ? SETTINGS_BYTES : SETTINGS_BYTES - 2
  return kept[at] === record[SETTINGS_BYTES - 2] && kept[at + 1] === record[SETTINGS_BYTES - 1]
}

/** What a sector of the journal begins with, as far as it tells a blank one. */
const HEAD_BYTES = 8

/** All that a cycle is given; undefined on a blank node. The record that a technician wrote lies in Espruino's Storage, where a power cut while a file is written, or while Storage tidies
 *  itself up, can cost any file; so the journal keeps a copy of the last good one, and a node that finds no other goes on by that. */
function openParts(board: Board, profile: Profile, region: Region, hal: Hal): NodeParts | undefined {
  const { flash } = hal
  const journal = openJournal(flash, JOURNAL_SECTORS)
  // Neither a journal nor a blank chip: another program's bytes, which this one's take the place of.
  for (let at = 0; journal.generation === 0 && at < JOURNAL_SECTORS; at++)
    if (!isErased(flash.read(at * flash.sectorSize, HEAD_BYTES), 0, HEAD_BYTES)) hal.log('flash foreign')
  const record = hal.settings()
  const kept = latest(journal, KIND.settings)
  let settings = record === undefined ? 'blank' : decodeSettings(record)
  if (typeof settings === 'string') {
    hal.log('settings ' + settings)
    if (kept !== undefined) settings = decodeSettings(kept.subarray(0, SETTINGS_BYTES))
  } else if (kept === undefined || !isFrom(kept, record!)) append(journal, KIND.settings, record!)
  // What was changed over the air since the technician was there.
  else if (kept.length > SETTINGS_BYTES) settings = decodeSettings(kept.subarray(0, SETTINGS_BYTES))
  if (typeof settings === 'string') return undefined
  const good = latest(journal, KIND.settings)!
  const end = good.length
  const changed = end > SETTINGS_BYTES ? SETTINGS_CHANGED : 0
  // A copy that was changed ends with its revision, the cable's record with its CRC.
  const settingsVersion = changed | (good[end - 2]! << 8) | good[end - 1]!
  return { board, profile, region, hal, settings, journal, settingsVersion }
}

/** A wake takes no longer, an exchange with the gateway included, and a lamp says so often that it lives. */
const WATCH_SECONDS = 180

/** Starts one node. A blank node says so and stays awake for the technician's cable. */
export function start(board: Board, profile: Profile, region: Region, hal: Hal): void {
  const parts = openParts(board, profile, region, hal)
  if (!parts && UPDATES) failSelfTest(board, hal)
  if (!parts) return
  hal.power.watch(WATCH_SECONDS)
  profile.run(parts)
}
