/** Looks at a node after a power cut, when it has lived on for a while: what it holds in flash, what its gateway has stored, and what went wrong. */
import { tableAes } from '../../core/lorawan/aes.ts'
import type { Hal } from '../../firmware/hal/index.ts'
import { JOURNAL_SECTORS, openJournal } from '../../firmware/journal.ts'
import { isFreed, openQueue, readHeld } from '../../firmware/queue.ts'
import { NorFlash } from '../../sim/chips/flash.ts'
import type { Verdict } from './figures.ts'
import { numberOf, valuesOf, type Site } from './site.ts'

/** Values of a sample by sequence, of all that the queue holds. */
interface HeldNow {
  held: Map<number, number[]>
  next: number
  dropped: number
}

/** Reads the queue on a copy of the flash. */
function heldOf({ flash, settings, profile }: Site): HeldNow {
  const copy = new NorFlash(flash.size - flash.sectorSize, flash.sectorSize)
  copy.bytes.set(flash.bytes.subarray(0, copy.size))
  const hal = { aes: tableAes, noise: () => 1, clock: { nowMs: () => 0 } } as unknown as Hal
  const queue = openQueue(hal, openJournal(copy, JOURNAL_SECTORS), settings.appKey, profile.quantities)
  const held = new Map<number, number[]>()
  for (let sequence = queue.floor; sequence < queue.next; sequence++) {
    const found = isFreed(queue, sequence) ? undefined : readHeld(queue, sequence)
    if (found) held.set(sequence, [...found.sample.values])
  }
  return { held, next: queue.next, dropped: queue.dropped }
}

/** Samples that are neither stored nor held, by what the sensors counted; those the full ring gave up are not lost but known to be. */
function judgeCounted(site: Site, { held, dropped }: HeldNow, verdict: Verdict): void {
  const there = new Set<number>()
  const see = (values: readonly number[]): void => {
    const n = numberOf(site.profile, values[0]!)
    const sound = n >= 1 && n <= site.taken && valuesOf(site.profile, n).join() === values.join()
    if (sound) there.add(n)
    else verdict.corrupt.push(`a sample ${values.join()}`)
  }
  for (const content of site.network.state.stored.values())
    see(content.split(',').map((text) => parseInt(text, 10)))
  for (const values of held.values()) see(values)
  verdict.lost = Math.max(0, site.taken - there.size - dropped)
}

/** A lamp's samples do not tell their number: those of its epoch that are neither stored nor held, freed or not. */
function judgeSequences(site: Site, { held, next, dropped }: HeldNow, verdict: Verdict): void {
  const { aired, epoch } = site.network.state
  const stored = aired.get(epoch ?? 0)
  let missing = 0
  for (let sequence = 0; sequence < next; sequence++)
    if (!held.has(sequence) && !stored?.has(sequence)) missing++
  verdict.lost = Math.max(0, missing - dropped)
}

/** `fresh`: how many samples the gateway must have got since the cut at the least. */
export function judge(site: Site, storedBefore: number, fresh: number): Verdict {
  const { state } = site.network
  const verdict: Verdict = { corrupt: [...state.corrupt], lost: 0, reused: [...state.reused] }
  const now = heldOf(site)
  if (site.profile.name === 'light') judgeSequences(site, now, verdict)
  else judgeCounted(site, now, verdict)
  const stored = site.profile.name === 'light' ? sequencesAired(site) : state.stored.size
  if (stored - storedBefore < fresh) verdict.corrupt.push(`stuck: ${stored - storedBefore} new samples`)
  return verdict
}

export function sequencesAired(site: Site): number {
  const { aired } = site.network.state
  return [...aired.values()].reduce((sum, epoch) => sum + epoch.size, 0)
}
