/** A node whose flash area is full of another program's bytes: it says so, takes the area over, and reports as on a blank chip. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { beginChain, chainEnd, endChain } from '../../firmware/hal/sleepChain.ts'
import { light } from '../../firmware/profiles/light.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import { Random } from '../../sim/random.ts'
import { Bed } from './bed.ts'
import { CutFlash } from './cutFlash.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const AREA_BYTES = 65_536
const SECTOR_BYTES = 4_096
const HOUR_MS = 3_600_000

const make = (byte: (at: number) => number): Uint8Array =>
  Uint8Array.from({ length: AREA_BYTES }, (_, i) => byte(i))
const random = (seed: number): Uint8Array => new Random(seed, 'foreign').bytes(AREA_BYTES)
const text = readFileSync(new URL('../../firmware/exchange.ts', import.meta.url))
/** Where an erase was cut: half of each sector is blank, the first half or the second. */
const halfErased = (blankFirst: boolean): Uint8Array =>
  make((at) => (at % SECTOR_BYTES < SECTOR_BYTES / 2 === blankFirst ? 0xff : (at * 7) & 0xff))

/** With the times it is to be told: at headers alone, so that a blank beginning is no sign. */
const AREAS: readonly [string, Uint8Array, number][] = [
  ['blank', make(() => 0xff), 0],
  ['zeros', make(() => 0), 2],
  ['0x55', make(() => 0x55), 2],
  ['a program’s text', make((at) => text[at % text.length]!), 2],
  ['random bytes, seed 1', random(1), 2],
  ['random bytes, seed 2', random(2), 2],
  ['random bytes, seed 3', random(3), 2],
  ['sectors whose second half is blank', halfErased(false), 2],
  ['sectors whose first half is blank', halfErased(true), 0],
  ['one foreign sector', make((at) => (at >> 12 === 1 ? 0x33 : 0xff)), 1],
]

describe.each([soil, light])('a node of $name on an area of', (profile) => {
  test.each(AREAS)('%s says so, joins and reports', (_, area, told) => {
    const bed = new Bed({ ...profile, commissioned: false }, {}, area)
    const count = (): number => bed.logs.filter((line) => line === 'flash foreign').length
    bed.run(1)
    expect(count()).toBe(told)
    bed.runHours(30)
    expect(bed.joins).toHaveLength(1)
    // As many as on a blank chip, none of them twice or lost.
    expect(bed.sequences().length).toBeGreaterThan(20)
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
    expect(bed.bites).toEqual([])
    bed.cutPower(HOUR_MS)
    bed.runHours(10)
    expect(bed.sequences()).toEqual([...bed.sequences().keys()])
    // It is its own now.
    expect(count()).toBe(told)
    expect(bed.healths.at(-1)!.health).toMatchObject({ powerOns: 2, crashes: 0 })
  })
})

describe('a chain of sleeps in a foreign sector', () => {
  const held = (area: Uint8Array): void => {
    const flash = new CutFlash(SECTOR_BYTES, SECTOR_BYTES)
    flash.bytes.set(area.subarray(0, SECTOR_BYTES))
    // A start that is no wake clears what it finds.
    if (chainEnd(flash, 0)) endChain(flash, 0)
    expect(chainEnd(flash, 0)).toBe(0)
    for (let i = 1; i < 600; i++) {
      beginChain(flash, 0, 1_000 + i)
      expect(chainEnd(flash, 0)).toBe(1_000 + i)
      endChain(flash, 0)
      expect(chainEnd(flash, 0)).toBe(0)
    }
  }

  test.each(AREAS)('of %s is kept whole', (_, area) => held(area))

  test('of any entries, blank ones among them, is kept whole', () => {
    const entry = fc.constantFrom([0xff, 0xff], [0, 0], [0x55, 0xaa], [0xff, 0], [0, 0xff])
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, fc.integer({ min: 1, max: 200 })), { maxLength: 40 }), (runs) => {
        const area = new Uint8Array(SECTOR_BYTES).fill(0xff)
        let at = 0
        for (const [[first, second], count] of runs)
          for (let i = 0; i < count && at < SECTOR_BYTES; i++, at += 8) {
            area.fill(first, at, at + 4)
            area.fill(second, at + 4, at + 8)
          }
        held(area)
      }),
      { seed: 20_265, numRuns: 60 },
    )
  }, 60_000)
})
