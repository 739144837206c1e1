/** The update of a node in one sentence, for its technician. */
import type { UpdateView } from '../../api/types.ts'
import { formatNumber } from './figures.ts'
import { TEXTS, type Language } from './texts.ts'

/** Words of docs/PACKET.md; another one is shown as it came. */
export const UPDATE_REASONS = [
  'signature',
  'manifest',
  'otherBoard',
  'otherProfile',
  'otherRegion',
  'old',
  'digest',
  'noRoom',
  'selfTest',
  'crashes',
  'cancelled',
  'battery',
  'noKey',
] as const
export type UpdateReason = (typeof UPDATE_REASONS)[number]

/** What the node runs, or how far its update is, or why there was none. */
export function updateText(language: Language, update: UpdateView): string {
  const { states, reasons } = TEXTS[language].update
  const number = (value: number): string => formatNumber(language, value, 0)
  const { state, version, received, pieces, running } = update
  const reason = UPDATE_REASONS.find((known) => known === update.reason)
  return states[state]({
    version: String(version),
    received: number(received),
    pieces: number(pieces),
    reason: reason ? reasons[reason] : update.reason,
    running: running === null ? '?' : String(running),
  })
}
