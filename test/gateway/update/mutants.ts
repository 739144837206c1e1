/** Tickets with bits turned and ends cut off, as many as a test wants: each is refused by its name. */
import { expect } from 'vitest'
import { checkRelease } from '../../../gateway/update/release.ts'
import { mutated, randomFrom } from '../../core/packet/mangle.ts'
import { makeRelease, releaseKey } from './release.ts'

export const seed = 4_711
export const border = { releaseKey, region: 'AS923-2' }
export const release = makeRelease(7, 1_000)

export function expectMutantsRefused(tickets: number): void {
  const random = randomFrom(seed)
  const names = new Set<string>()
  for (let i = 0; i < tickets; i++) {
    const ticket = mutated(random, Uint8Array.from(release.ticket))
    const checked = checkRelease(ticket, release.bundle, border)
    if ('refused' in checked) names.add(checked.refused)
    else expect(Buffer.compare(ticket, release.ticket)).toBe(0)
  }
  expect([...names].sort()).toEqual(expect.arrayContaining(['bundle', 'signature', 'ticket', 'ticketSize']))
}
