/** The end of a long sleep survives in flash, once, and no power cut leaves one behind that was never asked for. */
import { describe, expect, test } from 'vitest'
import { beginChain, chainEnd, endChain } from '../../../firmware/hal/sleepChain.ts'
import { CutFlash, untilCut } from '../cutFlash.ts'

const SECTOR = 256

describe('a chain of sleeps', () => {
  test('is there from its beginning to its end, over many of them', () => {
    const flash = new CutFlash(512, 256)
    expect(chainEnd(flash, SECTOR)).toBe(0)
    for (let i = 1; i < 200; i++) {
      beginChain(flash, SECTOR, i * 20_000_000)
      expect(chainEnd(flash, SECTOR)).toBe(i * 20_000_000)
      endChain(flash, SECTOR)
      expect(chainEnd(flash, SECTOR)).toBe(0)
    }
    expect(flash.erases).toBe(6)
    expect(flash.bytes.subarray(0, SECTOR).every((byte) => byte === 0xff)).toBe(true)
  })

  test('is whole or not there after a power cut at any byte', () => {
    for (let before = 30; before < 34; before++)
      for (let cut = 0; cut < 12; cut++) {
        const flash = new CutFlash(512, 256)
        for (let i = 0; i < before; i++) {
          beginChain(flash, SECTOR, 5000 + i)
          endChain(flash, SECTOR)
        }
        if (!untilCut(flash, cut, () => beginChain(flash, SECTOR, 123_456))) continue
        expect([0, 123_456]).toContain(chainEnd(flash, SECTOR))
        beginChain(flash, SECTOR, 234_567)
        expect(chainEnd(flash, SECTOR)).toBe(234_567)
        untilCut(flash, cut, () => endChain(flash, SECTOR))
        expect([0, 234_567]).toContain(chainEnd(flash, SECTOR))
      }
  })
})
