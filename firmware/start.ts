/** The entry of every bundle and of every simulated node: reads the settings and hands the node to its profile. */
import type { Region } from '../core/regions/region.ts'
import { decodeSettings } from '../core/settings.ts'
import type { Board } from './board.ts'
import type { Hal } from './hal/index.ts'
import type { Profile } from './profiles/profile.ts'

/** Starts one node. A blank node, or one whose record is damaged, says so and stays awake for the technician's cable. */
export function start(board: Board, profile: Profile, region: Region, hal: Hal): void {
  const record = hal.settings()
  const settings = record === undefined ? 'blank' : decodeSettings(record)
  if (typeof settings === 'string') hal.log('settings ' + settings)
  else profile.run({ board, profile, region, hal, settings })
}
