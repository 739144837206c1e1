/** A long sleep whose power fails at every boundary of what its chain writes: the chain that is found again ends when it should, or there is none, and the
 *  next one can always begin. */
import { expect, test } from 'vitest'
import { beginChain, chainEnd, endChain } from '../../firmware/hal/sleepChain.ts'
import { PowerCut } from '../../sim/chips/flash.ts'
import { count, newFigures, settle } from './figures.ts'
import { everyCut } from './sweep.ts'
import { TearingFlash } from './tearingFlash.ts'

const SECTOR_BYTES = 4096
const CHAINS = SECTOR_BYTES / 8 + 2
const endOf = (chain: number): number => 1_000 + chain * 40_000

/** Chains that begin and end, `from` up to `to`; answers how far it came. */
function live(flash: TearingFlash, from: number, to: number): void {
  for (let chain = from; chain < to; chain++) {
    beginChain(flash, 0, endOf(chain))
    endChain(flash, 0)
  }
}

for (const first of [0, 1, CHAINS - 4])
  test(`from chain ${first} on`, (context) => {
    const figures = newFigures()
    const before = new TearingFlash(SECTOR_BYTES, SECTOR_BYTES)
    live(before, 0, first)
    const start = before.bytes.slice()
    before.forget()
    live(before, first, first + 4)
    for (const cut of everyCut(before.operations)) {
      const flash = new TearingFlash(SECTOR_BYTES, SECTOR_BYTES)
      flash.bytes.set(start)
      flash.cut = cut
      expect(() => live(flash, first, first + 4)).toThrow(PowerCut)
      const corrupt: string[] = []
      const end = chainEnd(flash, 0)
      if (end !== 0 && ![0, 1, 2, 3].some((i) => endOf(first + i) === end)) corrupt.push(`ends at ${end}`)
      try {
        beginChain(flash, 0, 77)
        if (chainEnd(flash, 0) !== 77) corrupt.push('the next chain is not there')
        endChain(flash, 0)
        if (chainEnd(flash, 0) !== 0) corrupt.push('the next chain does not end')
      } catch (error) {
        corrupt.push(String(error))
      }
      count(figures, `cut ${cut.operation}.${cut.form}`, { corrupt, lost: 0, reused: [] })
    }
    settle(context, figures)
  })
