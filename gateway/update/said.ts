/** What a node says of its update, in words: states, reasons, and the pieces that it wants. */
import { UPDATE_REASON, UPDATE_STATE, type Wanted } from '../../core/update/message.ts'
import type { UpdateState } from '../store/store.ts'

const STATES = Object.entries(UPDATE_STATE) as [UpdateState, number][]
const REASONS = Object.entries(UPDATE_REASON)

/** The word of a state that the message's decoder let through. */
export const stateWord = (state: number): UpdateState => STATES.find(([, value]) => value === state)![0]

/** Empty for none. */
export const reasonWord = (reason: number): string =>
  reason === 0 ? '' : REASONS.find(([, value]) => value === reason)![0]

/** Indices in their order; `first` is always wanted, and nothing beyond the end is. */
export function wantedPieces({ first, of, mask }: Wanted): number[] {
  const indices = [first]
  for (let bit = 1; bit < 8 * mask.length && first + bit < of; bit++)
    if (mask[bit >> 3]! & (0x80 >> (bit & 7))) indices.push(first + bit)
  return indices
}
