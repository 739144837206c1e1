/** Ages that the node is not sure of travel with a bound that covers all their errors. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeSamples, encodeSamples, UPLINK_PORT, type DecodedSamples } from '../../../core/packet/index.ts'
import { readingsOf } from './readingsOf.ts'

const SOIL = [1, 3, 4, 16]
const VALUES = [3270, 2510, 8000, 4010]

function encoded(ageSeconds: number, ageErrorSeconds: number | undefined): Uint8Array {
  const readings = readingsOf([VALUES])
  const rest = { epoch: 1, quantities: SOIL, sequence: 7, intervalSeconds: 0, acknowledgementWanted: false }
  const into = new Uint8Array(20)
  const bytes = encodeSamples({ ...rest, readings, ageSeconds, ageUncertain: true, ageErrorSeconds }, into)
  return into.subarray(0, bytes)
}

describe('an uncertain age', () => {
  test('comes back within the bound that came with it, and no bound stays no bound', () => {
    fc.assert(
      fc.property(
        fc.nat(11_000_000),
        fc.option(fc.nat(40_000_000), { nil: undefined }),
        (ageSeconds, error) => {
          const decoded = decodeSamples(UPLINK_PORT.sample, encoded(ageSeconds, error)) as DecodedSamples
          expect(decoded.ageUncertain).toBe(true)
          expect(decoded.ageErrorSeconds === undefined).toBe(error === undefined)
          if (error === undefined) return
          const off = error + Math.abs(decoded.ageSeconds - ageSeconds)
          expect(decoded.ageErrorSeconds).toBeGreaterThanOrEqual(off)
          expect(decoded.ageErrorSeconds).toBeLessThanOrEqual(Math.max(60, 2 * off))
        },
      ),
    )
  })

  test('of a soil sample fits the narrowest payload there is', () => {
    expect(encoded(400_000, 7_000)).toHaveLength(11)
  })
})
