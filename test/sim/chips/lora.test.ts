/** Time on air, against the figures that other implementations have computed. */
import { describe, expect, test } from 'vitest'
import { airtimeMicroseconds } from '../../../core/lorawan/airtime.ts'
import { airMicros, needsLowDataRate, type LoraSetting } from '../../../sim/chips/lora.ts'
import { SF10_UP } from '../loraWan.ts'

const setting = (spreadingFactor: number, bandwidthHz = 125_000): LoraSetting => ({
  ...SF10_UP,
  spreadingFactor,
  bandwidthHz,
  lowDataRate: needsLowDataRate(spreadingFactor, bandwidthHz),
})

/** Bytes, then ms at SF7 to SF12 (125 kHz, 4/5, preamble 8, header, CRC). Source: AN1200.13's formula. */
// prettier-ignore
const ROWS: [number, number[]][] = [
  [13, [46.34,  82.43, 164.86, 288.77,  577.54, 1155.07]],
  [23, [61.70, 113.15, 205.82, 370.69,  823.30, 1482.75]],
  [33, [71.94, 133.63, 246.78, 452.61,  987.14, 1810.43]],
  [51, [102.66, 184.83, 328.70, 616.45, 1314.82, 2465.79]],
  [64, [118.02, 215.55, 390.14, 698.37, 1560.58, 2793.47]],
]

describe('time on air', () => {
  for (const [bytes, row] of ROWS)
    row.forEach((ms, index) =>
      test(`${bytes} bytes at SF${index + 7}`, () =>
        expect(Math.abs(airMicros(setting(index + 7), bytes) / 1000 - ms)).toBeLessThanOrEqual(0.01)),
    )

  test('agrees with the formula of core for every length, spreading factor and bandwidth', () => {
    for (const bandwidthHz of [125_000, 250_000, 500_000])
      for (let spreadingFactor = 7; spreadingFactor <= 12; spreadingFactor++)
        for (let bytes = 1; bytes <= 255; bytes++) {
          const here = airMicros(setting(spreadingFactor, bandwidthHz), bytes)
          expect(
            Math.abs(here - airtimeMicroseconds(bytes, spreadingFactor, bandwidthHz)),
          ).toBeLessThanOrEqual(1)
        }
  })
})
