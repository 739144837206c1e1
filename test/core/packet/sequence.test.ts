/** The low 16 bits find their 32-bit number again. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extendSequence } from '../../../core/packet/index.ts'

describe('extendSequence', () => {
  const rows = [
    [0, 0, 0],
    [5, 0, 5],
    [0xffff, 0, 0xffff],
    [0xffff, 0x10000, 0xffff],
    [0, 0xffff, 0x10000],
    [0x8000, 0x10000, 0x18000],
    [0x7fff, 0xffff_ffff, 0xffff_7fff],
    [0, 0xffff_8000, 0xffff_0000],
    [0xffff, 0xffff_0000, 0xfffe_ffff],
    [0xffff, 0xffff_ff00, 0xffff_ffff],
    [0x00ff, 0xffff_ffff, 0xffff_00ff],
    [3, 0xfffe_fff0, 0xffff_0003],
  ] as const
  for (const [low, nearest, wanted] of rows) {
    test(`${low.toString(16)} near ${nearest.toString(16)} is ${wanted.toString(16)}`, () => {
      expect(extendSequence(low, nearest)).toBe(wanted)
    })
  }

  test('finds any number that is not farther than 32,767', () => {
    const any = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: -32767, max: 32767 }))
    const holds = ([sequence, away]: [number, number]): void => {
      const nearest = Math.min(0xffffffff, Math.max(0, sequence + away))
      expect(extendSequence(sequence & 0xffff, nearest)).toBe(sequence)
    }
    fc.assert(fc.property(any, holds), { seed: 4713, numRuns: 20_000 })
  })
})
