/** Regions against ChirpStack's tables (dumped by running it) and against themselves. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { airtimeMicroseconds } from '../../../core/lorawan/airtime.ts'
import { REGIONS, regionNamed } from '../../../core/regions/index.ts'
import { dutyBandOf, payloadBytesMax, rx1DataRate } from '../../../core/regions/region.ts'

interface Published {
  freqRange: [number, number]
  joinChannels: number[]
  maxEirpDbm: number
  dutyCycle: [number, number, number][] | null
  rx2: { freq: number; dr: number }
  rx1Delay: number
  joinAcceptDelay1: number
  rx1DrOffset: [number, number]
  maxUlDr: number
  txParamSetup: boolean
  txPowerOffsets: number[]
  drs: { dr: number; m: { mod: string; sf?: number; bw?: number } }[]
  maxPayload_MN: Record<string, Record<string, [number, number]>>
  rx1DrTable_noDwell: Record<string, number[]>
  rx1DrTable_dwell: Record<string, number[]>
}

const file = new URL('../../../../shared/data/regions.json', import.meta.url)
const present = existsSync(file)
if (!present) console.log('regions are not compared: ../shared/data/regions.json is not beside the project')
const published = present
  ? (JSON.parse(readFileSync(file, 'utf8')) as {
      regions: Record<string, Published>
      _country: {
        VN: {
          plan: string
          band: number[]
          dutyCycle: { endDevice: number; gateway: number }
          suggestedChannels8: number[]
        }
      }
      _common: { syncWord: number }
    })
  : undefined

test('AS923-2 is the default, and names find their region', () => {
  expect(REGIONS[0]!.name).toBe('AS923-2')
  for (const region of REGIONS) expect(regionNamed(region.name)).toBe(region)
  expect(regionNamed('MARS')).toBeUndefined()
})

describe.skipIf(!present).each(REGIONS.map((region) => [region.name, region] as const))(
  '%s as published',
  (name, region) => {
    const row = published?.regions[name] as Published

    test('channels, windows, limits', () => {
      expect([region.fromHz, region.toHz]).toEqual(row.freqRange)
      expect(region.channelsHz).toEqual(row.joinChannels)
      expect(region.rx2).toEqual({ frequencyHz: row.rx2.freq, dataRate: row.rx2.dr })
      expect(region.receiveDelaySeconds).toBe(row.rx1Delay)
      expect(region.joinAcceptDelaySeconds).toBe(row.joinAcceptDelay1)
      expect(region.eirpDbmMax).toBe(row.maxEirpDbm)
      expect(region.uplinkDataRateMax).toBe(row.maxUlDr)
      expect(region.txParamSetup).toBe(row.txParamSetup)
      expect(region.rx1Offsets).toBe(row.rx1DrOffset[1] + 1)
      expect(row.txPowerOffsets).toEqual(Array.from({ length: region.powerSteps + 1 }, (_, i) => 0 - 2 * i))
      expect(region.syncWord).toBe(published!._common.syncWord)
    })

    test('data rates', () => {
      region.dataRates.forEach((rate, dr) => {
        const { m } = row.drs.find((entry) => entry.dr === dr)!
        expect(rate).toEqual({ spreadingFactor: m.sf, bandwidthHz: m.bw })
      })
    })

    test('payloads with and without dwell time', () => {
      for (let dr = 0; dr < region.dataRates.length; dr++) {
        expect(payloadBytesMax(region, dr, false)).toBe(row.maxPayload_MN['RP2-1.0.3_noDwell']![dr]![1])
        expect(payloadBytesMax(region, dr, true)).toBe(row.maxPayload_MN['RP2-1.0.3_dwell']![dr]![1])
      }
    })

    test("the first window's data rate", () => {
      for (let dr = 0; dr < 8; dr++)
        for (let offset = 0; offset < region.rx1Offsets; offset++) {
          expect(rx1DataRate(region, dr, offset, false)).toBe(row.rx1DrTable_noDwell[dr]![offset])
          expect(rx1DataRate(region, dr, offset, true)).toBe(row.rx1DrTable_dwell[dr]![offset])
        }
    })

    test('duty cycle', () => {
      if (!row.dutyCycle) return
      expect(
        region.duty.map((band) => [band.fromHz / 1e6, band.toHz / 1e6, band.nodePerMille / 1000]),
      ).toEqual(row.dutyCycle)
    })
  },
)

test.skipIf(!present)('Viet Nam: the eight channels, 1 % and 10 %', () => {
  const { VN } = published!._country
  const region = regionNamed(VN.plan)!
  const all = [...region.channelsHz, ...region.extraChannelsHz].sort()
  expect(all).toEqual(VN.suggestedChannels8)
  expect(region.duty).toEqual([
    {
      fromHz: VN.band[0],
      toHz: VN.band[1],
      nodePerMille: 1000 * VN.dutyCycle.endDevice,
      gatewayPerMille: 1000 * VN.dutyCycle.gateway,
    },
  ])
})

describe.each(REGIONS.map((region) => [region.name, region] as const))('%s in itself', (_name, region) => {
  test('every frequency lies in the region and in a duty band', () => {
    for (const hz of [...region.channelsHz, ...region.extraChannelsHz, region.rx2.frequencyHz]) {
      expect(hz).toBeGreaterThanOrEqual(region.fromHz)
      expect(hz).toBeLessThanOrEqual(region.toHz)
      expect(dutyBandOf(region, hz)).toBeGreaterThanOrEqual(0)
    }
    expect(dutyBandOf(region, 800_000_000)).toBe(-1)
  })

  test('a full frame under dwell time lasts at most 400 ms', () => {
    if (!region.dwellDefault) return
    region.dataRates.forEach((rate, dr) => {
      const payload = payloadBytesMax(region, dr, true)
      if (payload)
        expect(airtimeMicroseconds(payload + 13, rate.spreadingFactor, rate.bandwidthHz)).toBeLessThanOrEqual(
          400_000,
        )
      else expect(dr).toBeLessThan(region.dwellDataRateMin)
    })
  })
})
