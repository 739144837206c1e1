/** Every field of every region against ChirpStack's tables (dumped by running it). AS923-3 and AS923-4 are AS923-1 moved by their offset. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { COUNTER_GAP_MAX } from '../../../core/lorawan/frame.ts'
import { openJoinAccept } from '../../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import { REGIONS, regionNamed } from '../../../core/regions/index.ts'
import { payloadBytesMax, rx1DataRate, type Region } from '../../../core/regions/region.ts'
import { ADR_ACK_DELAY, ADR_ACK_LIMIT } from '../../../firmware/radio/mac.ts'
import { CHANNELS_MAX } from '../../../firmware/radio/macState.ts'
import { dataWindows, joinWindows } from '../../../gateway/lorawan/windows.ts'
import type { Reception } from '../../../gateway/ingest/rxpk.ts'

interface Published {
  freqRange?: [number, number]
  freqOffset?: number
  joinChannels: number[]
  joinDr: [number, number]
  maxEirpDbm: number
  dutyCycle: [number, number, number][] | null
  dwellMs: number | null
  maxChannels: number
  cfList: string
  rx2: { freq: number; dr: number }
  rx1Delay: number
  joinAcceptDelay1: number
  rx1DrOffset: [number, number]
  minUlDr: number
  maxUlDr: number
  txParamSetup: boolean
  txPowerOffsets: number[]
  drs: { dr: number; m: { mod: string; sf?: number; bw?: number } }[]
  maxPayload_MN: Record<string, Record<string, [number, number]>>
  rx1DrTable_noDwell: Record<string, number[]>
  rx1DrTable_dwell: Record<string, number[]>
  uplinkChannels: { f: number; dr: number[] }[]
  downlinkChannels: number[]
  dlEirpCh0: number
}

interface File {
  regions: Record<string, Published>
  _common: Record<string, number>
  _country: {
    VN: {
      plan: string
      band: number[]
      maxEirpDbm: number
      dutyCycle: { endDevice: number; gateway: number }
      dwellMs: number | null
      suggestedChannels8: number[]
    }
  }
}

const file = new URL('../../../../shared/data/regions.json', import.meta.url)
const present = existsSync(file)
if (!present) console.log('regions are not compared: ../shared/data/regions.json is not beside the project')
const published = present ? (JSON.parse(readFileSync(file, 'utf8')) as File) : undefined

/** The offsets that the file says in words only. */
const MOVED: Record<string, number> = { 'AS923-3': -6_600_000, 'AS923-4': -5_900_000 }

function moved(row: Published, byHz: number): Published {
  return {
    ...row,
    freqOffset: byHz,
    freqRange: undefined,
    joinChannels: row.joinChannels.map((hz) => hz + byHz),
    uplinkChannels: row.uplinkChannels.map((channel) => ({ ...channel, f: channel.f + byHz })),
    downlinkChannels: row.downlinkChannels.map((hz) => hz + byHz),
    rx2: { ...row.rx2, freq: row.rx2.freq + byHz },
  }
}

function publishedOf(name: string): Published {
  const row = published!.regions[name]
  return row ?? moved(published!.regions['AS923-1']!, MOVED[name]!)
}

const receptionAt = (frequencyHz: number): Reception =>
  ({ frequencyHz, spreadingFactor: 10, bandwidthHz: 125_000 }) as Reception

describe.skipIf(!present).each(REGIONS.map((region) => [region.name, region] as const))(
  '%s as published',
  (name: string, region: Region) => {
    const row = present ? publishedOf(name) : ({} as Published)
    const common = published?._common ?? {}

    test('frequencies', () => {
      if (row.freqRange) expect([region.fromHz, region.toHz]).toEqual(row.freqRange)
      expect(region.channelsHz).toEqual(row.joinChannels)
      expect(region.channelsHz).toEqual(row.uplinkChannels.map(({ f }) => f))
      // RX1 comes on the uplink's channel.
      expect(region.channelsHz).toEqual(row.downlinkChannels)
      expect(region.rx2).toEqual({ frequencyHz: row.rx2.freq, dataRate: row.rx2.dr })
      if (row.freqOffset !== undefined)
        expect(region.channelsHz[0]! - regionNamed('AS923-1')!.channelsHz[0]!).toBe(row.freqOffset)
    })

    test('receive windows', () => {
      const hz = region.channelsHz[0]!
      const delays = (windows: { delayMs: number }[]) => windows.map(({ delayMs }) => delayMs / 1000)
      expect(region.receiveDelaySeconds).toBe(row.rx1Delay)
      expect(region.joinAcceptDelaySeconds).toBe(row.joinAcceptDelay1)
      const open = dataWindows(region, receptionAt(hz), region.dwellDefault)
      expect(delays(open)).toEqual([common['rx1DelayS'], common['rx2DelayS']])
      expect(open.map(({ frequencyHz }) => frequencyHz)).toEqual([hz, row.rx2.freq])
      expect(delays(joinWindows(region, receptionAt(hz)))).toEqual([
        common['joinAcceptDelay1S'],
        common['joinAcceptDelay2S'],
      ])
    })

    test('power, sync word, limits of ADR and of counters', () => {
      expect(region.eirpDbmMax).toBe(row.maxEirpDbm)
      expect(region.eirpDbmMax).toBe(row.dlEirpCh0)
      expect(row.txPowerOffsets).toEqual(Array.from({ length: region.powerSteps + 1 }, (_, i) => 0 - 2 * i))
      expect(region.syncWord).toBe(common['syncWord'])
      expect([ADR_ACK_LIMIT, ADR_ACK_DELAY]).toEqual([common['adrAckLimit'], common['adrAckDelay']])
      expect(COUNTER_GAP_MAX).toBe(common['maxFcntGap'])
    })

    test('data rates, of joins too', () => {
      const lora = row.drs.filter(({ dr, m }) => m.mod === 'LORA' && dr < 8)
      const rates = new Map(
        lora.map(({ dr, m }) => [dr, { spreadingFactor: m.sf!, bandwidthHz: m.bw! }] as const),
      )
      expect(new Map(region.dataRates.map((rate, dr) => [dr, rate]))).toEqual(rates)
      expect([0, region.uplinkDataRateMax]).toEqual([row.minUlDr, row.maxUlDr])
      for (const { dr } of row.uplinkChannels)
        expect(dr).toEqual(Array.from({ length: region.uplinkDataRateMax + 1 }, (_, i) => i))
      // The slowest join goes at the lowest data rate of the dwell limit (firmware/radio/activation.ts).
      expect(region.dwellDefault ? region.dwellDataRateMin : 0).toBe(row.joinDr[0])
      expect(region.joinDataRate).toBeGreaterThanOrEqual(row.joinDr[0])
      expect(region.joinDataRate).toBeLessThanOrEqual(row.joinDr[1])
    })

    test('payloads with and without dwell time', () => {
      for (let dr = 0; dr < region.dataRates.length; dr++) {
        expect(payloadBytesMax(region, dr, false)).toBe(row.maxPayload_MN['RP2-1.0.3_noDwell']![dr]![1])
        expect(payloadBytesMax(region, dr, true)).toBe(row.maxPayload_MN['RP2-1.0.3_dwell']![dr]![1])
      }
    })

    test("the first window's data rate", () => {
      expect(region.rx1Offsets).toBe(row.rx1DrOffset[1] + 1)
      for (let dr = 0; dr <= region.uplinkDataRateMax; dr++)
        for (let offset = 0; offset < region.rx1Offsets; offset++) {
          expect(rx1DataRate(region, dr, offset, false)).toBe(row.rx1DrTable_noDwell[dr]![offset])
          expect(rx1DataRate(region, dr, offset, true)).toBe(row.rx1DrTable_dwell[dr]![offset])
        }
      // Rows above, as far as the table goes.
      for (let dr = 0; dr < region.rx1DataRates.length / region.rx1Offsets; dr++)
        expect(row.rx1DrTable_noDwell[dr]!.join('')).toBe(
          region.rx1DataRates.slice(dr * region.rx1Offsets, (dr + 1) * region.rx1Offsets),
        )
      for (let dr = 0; dr < region.rx1DataRatesDwell.length / region.rx1Offsets; dr++)
        expect(row.rx1DrTable_dwell[dr]!.join('')).toBe(
          region.rx1DataRatesDwell.slice(dr * region.rx1Offsets, (dr + 1) * region.rx1Offsets),
        )
    })

    test('duty cycle and dwell time', () => {
      expect(region.dwellDefault).toBe(row.dwellMs === 400)
      expect(region.txParamSetup).toBe(row.txParamSetup)
      if (!row.dutyCycle) return
      expect(
        region.duty.map((band) => [band.fromHz / 1e6, band.toHz / 1e6, band.nodePerMille / 1000]),
      ).toEqual(row.dutyCycle)
    })

    test('channels of the join accept: a CFList of type 0 with five frequencies', () => {
      expect(row.cfList).toBe('type0, 5 freqs')
      expect(CHANNELS_MAX).toBe(row.maxChannels)
      expect(region.channelsHz.length + region.extraChannelsHz.length).toBeLessThanOrEqual(row.maxChannels)
      const key = new Uint8Array(16)
      const channelHz = region.extraChannelsHz.slice(0, 5)
      const accept = { joinNonce: 1, netId: 0, devAddr: 1, rx1DrOffset: 0, rxDelaySeconds: 1, channelHz }
      const phy = sealJoinAccept(tableAes, key, { ...accept, rx2DataRate: region.rx2.dataRate })
      expect(openJoinAccept(tableAes, key, phy)).toMatchObject({
        channelHz,
        rx2DataRate: region.rx2.dataRate,
      })
    })
  },
)

test.skipIf(!present)('Viet Nam: the eight channels, 1 % and 10 %, no dwell limit', () => {
  const { VN } = published!._country
  const region = regionNamed(VN.plan)!
  const all = [...region.channelsHz, ...region.extraChannelsHz].sort()
  expect(all).toEqual(VN.suggestedChannels8)
  expect(region.eirpDbmMax).toBeLessThanOrEqual(VN.maxEirpDbm)
  expect(region.dwellLifted).toBe(VN.dwellMs === null)
  expect(region.duty).toEqual([
    {
      fromHz: VN.band[0],
      toHz: VN.band[1],
      nodePerMille: 1000 * VN.dutyCycle.endDevice,
      gatewayPerMille: 1000 * VN.dutyCycle.gateway,
    },
  ])
})
