/** Updates over a radio that loses, repeats and reorders, as many as a test wants. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { randomFrom } from '../../core/packet/mangle.ts'
import { makeRelease } from './release.ts'
import type { Radio } from './updateNode.ts'
import type { UpdateSite } from './updateSite.ts'

export const seed = 20261123

const badRadio = (random: (below: number) => number): Radio => {
  return (messages) =>
    messages
      .flatMap((message) => (random(5) === 0 ? [] : random(5) === 0 ? [message, message] : [message]))
      .map((message) => ({ message, place: random(1_000) }))
      .sort((a, b) => a.place - b.place)
      .map(({ message }) => message)
}

/** Each goes whole to a node of its own. */
export async function arrivesWhole(its: UpdateSite, updates: number): Promise<void> {
  let number = 10
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 14_000 }), fc.nat(), async (bytes, radioSeed) => {
      const node = await its.node(number++)
      const release = makeRelease(number, bytes)
      await its.bring(release, [node])
      await node.ping()
      node.radio = badRadio(randomFrom(radioSeed + 1))
      await node.takeAll()
      expect(Buffer.compare(node.stream, release.stream)).toBe(0)
    }),
    { seed, numRuns: updates },
  )
}
