/** Which pieces a want names, and how a stream is cut. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pieceCount, pieceOf } from '../../../gateway/update/pieces.ts'
import { wantedPieces } from '../../../gateway/update/said.ts'

const seed = 88

test(`a want names its first piece and those of its bits that exist, seed ${seed}`, () => {
  const any = fc.record({
    first: fc.nat(6_000),
    more: fc.integer({ min: 1, max: 200 }),
    mask: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  fc.assert(
    fc.property(any, ({ first, more, mask }) => {
      const of = first + more
      const indices = wantedPieces({ kind: 'wanted', transfer: 1, received: 0, of, first, mask })
      const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      const expected = [...bits].flatMap((bit, at) => (bit === '1' || at === 0 ? [first + at] : []))
      expect(indices).toEqual(expected.filter((index) => index < of))
    }),
    { seed, numRuns: 2_000 },
  )
})

test(`the pieces of a stream are the stream, seed ${seed}`, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 82, max: 2_700 }),
      fc.integer({ min: 1, max: 4_000 }),
      (ticketBytes, bundleBytes) => {
        const stream = Uint8Array.from({ length: ticketBytes + bundleBytes }, (_, i) => (i * 13) & 255)
        const count = pieceCount({ ticketBytes, bundleBytes })
        const pieces = Array.from({ length: count }, (_, index) => pieceOf(stream, index))
        expect(Buffer.compare(Buffer.concat(pieces), stream)).toBe(0)
        expect(pieces.every(({ length }) => length > 0)).toBe(true)
      },
    ),
    { seed, numRuns: 500 },
  )
})
