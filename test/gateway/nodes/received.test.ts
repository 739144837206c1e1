/** The acknowledgement's memory agrees with a plain set, whatever comes in whatever order. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Received } from '../../../gateway/nodes/received.ts'

const fresh = (): Received => new Received({ nextSequence: 0, above: [] })

test('any order and any repetition', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 })), (sequences) => {
      const received = fresh()
      const stored = new Set(sequences)
      for (const sequence of sequences) received.add(sequence)
      let next = 0
      while (stored.has(next)) next++
      const { nextSequence, received: bitmap } = received.acknowledgement(7)
      expect(nextSequence).toBe(next)
      for (let bit = 0; bit < 24; bit++) {
        const told = ((bitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1
        expect(told === 1).toBe(stored.has(next + 1 + bit))
      }
      expect(received.gap).toBe(Math.max(-1, ...stored) > next)
      expect(received.highest).toBe(Math.max(-1, ...stored))
      for (let sequence = 0; sequence < 64; sequence++)
        expect(received.has(sequence)).toBe(stored.has(sequence))
    }),
  )
})

test('begins where the store ends', () => {
  const received = new Received({ nextSequence: 10, above: [12, 13] })
  expect(received.acknowledgement(1)).toEqual({ epoch: 1, nextSequence: 10, received: Uint8Array.of(0b110) })
  received.add(10)
  received.add(11)
  expect(received.acknowledgement(1)).toEqual({ epoch: 1, nextSequence: 14, received: new Uint8Array(0) })
})

test('the bitmap is as short as it can be', () => {
  for (const [sequence, bytes] of [
    [1, 1],
    [8, 1],
    [9, 2],
    [16, 2],
    [17, 3],
    [24, 3],
    [25, 0],
  ] as const) {
    const received = fresh()
    received.add(sequence)
    expect([sequence, received.acknowledgement(1).received.length]).toEqual([sequence, bytes])
  }
})

test('what the node has given up is not waited for', () => {
  const received = new Received({ nextSequence: 2, above: [4, 6, 7, 9] })
  received.raise(1)
  expect([received.nextSequence, received.gap]).toEqual([2, true])
  received.raise(5)
  expect(received.acknowledgement(1)).toEqual({ epoch: 1, nextSequence: 5, received: Uint8Array.of(0b1011) })
  received.raise(6)
  expect([received.nextSequence, received.highest]).toEqual([8, 9])
  received.raise(20)
  expect([received.nextSequence, received.gap, received.highest]).toEqual([20, false, 19])
})
