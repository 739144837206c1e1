/** Regions against themselves: every table is whole and every frequency lies where one may send. Small domains are tested whole. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { airtimeMicroseconds } from '../../../core/lorawan/airtime.ts'
import { AS923 } from '../../../core/regions/as923.ts'
import { REGION_DEFAULT, REGIONS, regionNamed } from '../../../core/regions/index.ts'
import { dutyBandOf, payloadBytesMax, rx1DataRate, type Region } from '../../../core/regions/region.ts'
import { AT_BAND_FREE_SECONDS, AT_CHANNELS } from '../../../firmware/radio/macState.ts'

/** Half of the 125 kHz that a frame takes. */
const HALF_HZ = 62_500
/** FSK: a node here has no RX1 then. */
const FSK = 7
const DWELL_MICROS = 400_000

const allHz = (region: Region): number[] => [...region.channelsHz, ...region.extraChannelsHz]

test('AS923-2 is the default, and names find their region', () => {
  expect(REGION_DEFAULT).toBe('AS923-2')
  expect(REGIONS.map(({ name }) => name)).toEqual([
    'AS923-1',
    'AS923-2',
    'AS923-3',
    'AS923-4',
    'EU868',
    'IN865',
  ])
  for (const region of REGIONS) expect(regionNamed(region.name)).toBe(region)
  expect(regionNamed('MARS')).toBeUndefined()
})

test('no two regions begin with the same channel: a node knows by it that it was given another region', () => {
  expect(new Set(REGIONS.map(({ channelsHz }) => channelsHz[0])).size).toBe(REGIONS.length)
})

describe.each([
  ['AS923-2', -1_800_000],
  ['AS923-3', -6_600_000],
  ['AS923-4', -5_900_000],
] as const)('%s', (name, offsetHz) => {
  const [one, other] = [regionNamed('AS923-1')!, regionNamed(name)!]

  test('is AS923-1 moved by its offset', () => {
    expect(other.channelsHz).toEqual(one.channelsHz.map((hz) => hz + offsetHz))
    expect(other.rx2).toEqual({ ...one.rx2, frequencyHz: one.rx2.frequencyHz + offsetHz })
    for (const field of Object.keys(AS923) as (keyof typeof AS923)[]) expect(other[field]).toBe(one[field])
  })

  test('takes all that does not depend on frequency or law from what the four share', () => {
    const own = Object.keys(other).filter((field) => !(field in AS923))
    expect(own.sort()).toEqual([
      'channelsHz',
      'duty',
      'dwellLifted',
      'extraChannelsHz',
      'fromHz',
      'name',
      'rx2',
      'toHz',
    ])
  })
})

describe.each(REGIONS.map((region) => [region.name, region] as const))('%s in itself', (name, region) => {
  test('every channel lies whole in the region and in one duty band', () => {
    for (const hz of [...allHz(region), region.rx2.frequencyHz]) {
      expect(hz - HALF_HZ).toBeGreaterThanOrEqual(region.fromHz)
      expect(hz + HALF_HZ).toBeLessThanOrEqual(region.toHz)
      const band = dutyBandOf(region, hz)
      expect(band).toBeGreaterThanOrEqual(0)
      expect(dutyBandOf(region, hz - HALF_HZ + 1)).toBe(band)
      expect(dutyBandOf(region, hz + HALF_HZ - 1)).toBe(band)
    }
    expect(dutyBandOf(region, 800_000_000)).toBe(-1)
  })

  test('channels are whole steps of 100 Hz and do not overlap', () => {
    const sorted = allHz(region).sort((a, b) => a - b)
    for (const [i, hz] of sorted.entries()) {
      expect(hz % 100).toBe(0)
      if (i) expect(hz - sorted[i - 1]!).toBeGreaterThanOrEqual(2 * HALF_HZ)
    }
  })

  test('any frequency is in a band that holds it or in none, and bands do not overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: region.fromHz - 1e6, max: region.toHz + 1e6 }), (hz) => {
        const holding = region.duty.filter((band) => hz > band.fromHz && hz < band.toHz)
        const found = region.duty[dutyBandOf(region, hz)]
        if (holding.length > 1) throw new Error('overlap')
        if (holding.length === 1 && found !== holding[0]) throw new Error('another band')
        if (found && (hz < region.fromHz || hz > region.toHz)) throw new Error('outside the region')
      }),
      { numRuns: 20_000 },
    )
  })

  test("shares of time are real, and a node's record has room for every band", () => {
    for (const { nodePerMille, gatewayPerMille } of region.duty) {
      expect(nodePerMille).toBeGreaterThan(0)
      expect(nodePerMille).toBeLessThanOrEqual(gatewayPerMille)
      expect(gatewayPerMille).toBeLessThanOrEqual(1000)
    }
    expect(4 * region.duty.length).toBeLessThanOrEqual(AT_CHANNELS - AT_BAND_FREE_SECONDS)
  })

  test('every data rate, offset and dwell time has a first window, or FSK', () => {
    for (const dwell of [false, true])
      for (let dr = 0; dr < region.dataRates.length; dr++) {
        for (let offset = 0; offset < region.rx1Offsets; offset++) {
          const down = rx1DataRate(region, dr, offset, dwell)
          if (down !== FSK) expect(region.dataRates[down]).toBeDefined()
          expect(down).toBe(rx1ByRule(region, dr, offset, dwell))
          if (dwell && region.dwellDefault) expect(down).toBeGreaterThanOrEqual(region.dwellDataRateMin)
        }
        expect(region.dataRates[rx1DataRate(region, dr, 0, dwell)]).toBeDefined()
      }
    expect(region.rx1DataRates.length % region.rx1Offsets).toBe(0)
    expect(region.rx1DataRatesDwell).toHaveLength(region.rx1DataRates.length)
  })

  test('faster data rates carry as much or more, and the dwell limit never adds', () => {
    for (const dwell of [false, true])
      for (let dr = 1; dr < region.dataRates.length; dr++)
        expect(payloadBytesMax(region, dr, dwell)).toBeGreaterThanOrEqual(
          payloadBytesMax(region, dr - 1, dwell),
        )
    for (let dr = 0; dr < region.dataRates.length; dr++)
      expect(payloadBytesMax(region, dr, true)).toBeLessThanOrEqual(payloadBytesMax(region, dr, false))
    expect(region.payloadBytesMax).toHaveLength(region.dataRates.length)
    expect(region.payloadBytesMaxDwell).toHaveLength(region.dataRates.length)
    expect(payloadBytesMax(region, region.dataRates.length, false)).toBe(0)
  })

  test('a full frame under dwell time lasts at most 400 ms, and none is slower than the lowest data rate', () => {
    region.dataRates.forEach((rate, dr) => {
      const payload = payloadBytesMax(region, dr, true)
      if (!region.dwellDefault) expect(payload).toBe(payloadBytesMax(region, dr, false))
      else if (payload)
        expect(airtimeMicroseconds(payload + 13, rate.spreadingFactor, rate.bandwidthHz)).toBeLessThanOrEqual(
          DWELL_MICROS,
        )
      else expect(dr).toBeLessThan(region.dwellDataRateMin)
    })
    expect(payloadBytesMax(region, region.dwellDataRateMin, true)).toBeGreaterThan(0)
  })

  test('joins and RX2 use data rates that are there, and a limit is lifted only where there is one', () => {
    expect(region.dataRates[region.joinDataRate]).toBeDefined()
    expect(region.dataRates[region.rx2.dataRate]).toBeDefined()
    expect(region.uplinkDataRateMax).toBeLessThan(region.dataRates.length)
    if (region.dwellDefault) expect(region.joinDataRate).toBeGreaterThanOrEqual(region.dwellDataRateMin)
    if (region.dwellLifted) expect([region.dwellDefault, region.txParamSetup]).toEqual([true, true])
    expect(name).toBe(region.name)
  })
})

/** RP002: offsets above 5 count upwards; the result stays above the dwell limit's lowest data rate and below what the plan ends at. */
function rx1ByRule(region: Region, dataRate: number, offset: number, dwell: boolean): number {
  const lowest = dwell ? region.dwellDataRateMin : 0
  const highest = region.name === 'IN865' ? 5 : FSK
  return Math.min(highest, Math.max(lowest, dataRate - (offset > 5 ? 5 - offset : offset)))
}
