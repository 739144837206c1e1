/** Time on air against published values. */
import { expect, test } from 'vitest'
import { airtimeMicroseconds, needsLowDataRateOptimize } from '../../../core/lorawan/airtime.ts'

/** Milliseconds at SF7 to SF12, 125 kHz, 4/5, preamble 8, explicit header, CRC: by AN1200.13's formula. */
const TABLE: [number, number[]][] = [
  [13, [46.34, 82.43, 164.86, 288.77, 577.54, 1155.07]],
  [23, [61.7, 113.15, 205.82, 370.69, 823.3, 1482.75]],
  [33, [71.94, 133.63, 246.78, 452.61, 987.14, 1810.43]],
  [51, [102.66, 184.83, 328.7, 616.45, 1314.82, 2465.79]],
  [64, [118.02, 215.55, 390.14, 698.37, 1560.58, 2793.47]],
]

test.each(TABLE)('an uplink of %i bytes', (bytes, row) => {
  row.forEach((ms, i) => {
    const microseconds = airtimeMicroseconds(bytes, 7 + i, 125_000)
    expect(Math.abs(microseconds / 1000 - ms)).toBeLessThanOrEqual(0.01)
    expect(Number.isInteger(microseconds)).toBe(true)
  })
})

test('a join accept has no CRC', () => {
  const ms = [7, 8, 9, 10, 11, 12].map((sf) => airtimeMicroseconds(17, sf, 125_000, { crc: false }) / 1000)
  const published = [46.3, 92.7, 164.9, 329.7, 659.5, 1155.1]
  ms.forEach((value, i) => expect(value).toBeCloseTo(published[i]!, 0))
})

test("Bor's experiments 0 and 4 (LoRaSim, 20 bytes)", () => {
  expect(airtimeMicroseconds(20, 12, 125_000, { codingRate: 4 })).toBe(1_712_128)
  expect(airtimeMicroseconds(20, 12, 125_000)).toBe(1_318_912)
})

test('what LoRaMac-node computes for a join request at SF10', () => {
  expect(airtimeMicroseconds(23, 10, 125_000)).toBe(370_688)
})

test('the data-rate optimisation begins at 16.384 ms a symbol', () => {
  const on = [125_000, 250_000, 500_000].map((hz) =>
    [7, 8, 9, 10, 11, 12].filter((sf) => needsLowDataRateOptimize(sf, hz)),
  )
  expect(on).toEqual([[11, 12], [12], []])
})

test('an implicit header saves what it would hold', () => {
  expect(airtimeMicroseconds(20, 7, 125_000, { implicitHeader: true })).toBeLessThan(
    airtimeMicroseconds(20, 7, 125_000),
  )
})
