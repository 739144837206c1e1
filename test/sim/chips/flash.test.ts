/** The flash model refuses what NOR flash refuses, and tears what a power cut tears. */
import { describe, expect, test } from 'vitest'
import { NorFlash, PowerCut } from '../../../sim/chips/flash.ts'
import { ChipMisuse } from '../../../sim/chips/misuse.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('NOR flash', () => {
  test('is 0xff when new, keeps what is written, and is 0xff again after an erase', () => {
    const flash = new NorFlash()
    expect([...flash.read(0, 4)]).toEqual([255, 255, 255, 255])
    flash.write(8, bytes(1, 2, 3, 4))
    expect([...flash.read(8, 4)]).toEqual([1, 2, 3, 4])
    flash.erase(0)
    expect([...flash.read(8, 4)]).toEqual([255, 255, 255, 255])
    expect(flash.erases[0]).toBe(1)
  })

  test('can clear more bits of a word that was written', () => {
    const flash = new NorFlash()
    flash.write(0, bytes(0xff, 0xf0, 0xff, 0xff))
    flash.write(0, bytes(0x7f, 0x00, 0xff, 0xff))
    expect([...flash.read(0, 4)]).toEqual([0x7f, 0, 0xff, 0xff])
  })

  test('what is read is a copy', () => {
    const flash = new NorFlash()
    flash.read(0, 4)[0] = 0
    expect(flash.read(0, 4)[0]).toBe(255)
  })

  const refused: [string, (flash: NorFlash) => void][] = [
    ['setting a bit', (flash) => (flash.write(0, bytes(0, 0, 0, 0)), flash.write(0, bytes(1, 0, 0, 0)))],
    ['a write of half a word', (flash) => flash.write(0, bytes(1, 2))],
    ['a write beside a word', (flash) => flash.write(2, bytes(1, 2, 3, 4))],
    ['an erase beside a sector', (flash) => flash.erase(100)],
    ['a write over the end', (flash) => flash.write(65_532, new Uint8Array(8))],
    ['an erase behind the end', (flash) => flash.erase(65_536)],
    ['a read before the beginning', (flash) => flash.read(-4, 4)],
    ['a read over the end', (flash) => flash.read(65_530, 8)],
  ]
  for (const [what, misuse] of refused)
    test(`refuses ${what}`, () => expect(() => misuse(new NorFlash())).toThrow(ChipMisuse))

  test('a refused write changes nothing', () => {
    const flash = new NorFlash()
    flash.write(4, bytes(0, 0, 0, 0))
    expect(() => flash.write(0, bytes(1, 1, 1, 1, 1, 1, 1, 1))).toThrow(ChipMisuse)
    expect([...flash.read(0, 4)]).toEqual([255, 255, 255, 255])
  })

  test('a power cut leaves a write half done', () => {
    const flash = new NorFlash()
    flash.cutPowerAfter(1)
    expect(() => flash.write(0, new Uint8Array(12))).toThrow(PowerCut)
    expect([...flash.read(0, 12)]).toEqual([0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255])
    flash.write(4, new Uint8Array(8))
  })

  test('a power cut in an erase leaves neither the old nor an erased sector', () => {
    const flash = new NorFlash()
    flash.write(0, new Uint8Array(64))
    flash.cutPowerAfter(0)
    expect(() => flash.erase(0)).toThrow(PowerCut)
    const left = [...flash.read(0, 64)]
    expect(left.some((value) => value !== 255)).toBe(true)
    expect(left.some((value) => value !== 0)).toBe(true)
  })
})
