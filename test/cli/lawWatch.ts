/** Looks at every frame of a simulation: power, channel, dwell time and share of the time, as its region allows them. */
import { expect } from 'vitest'
import { dutyBandOf, type Region } from '../../core/regions/region.ts'
import type { SentFrame } from '../../sim/chips/ether.ts'
import { airMicros } from '../../sim/chips/lora.ts'
import type { Simulation } from '../../sim/run.ts'

const HOUR_MICROS = 3.6e9
/** While it holds, a frame lasts at most 400 ms. */
const DWELL_MICROS = 400_000
/** A radio's synthesizer has steps of 61 Hz. */
const SAME_CHANNEL_HZ = 100

interface OnAir {
  startMicros: number
  endMicros: number
  frequencyHz: number
}

/** Most time on air that any window of an hour holds, in per mille. */
function dutyPerMille(frames: readonly OnAir[]): number {
  let from = 0
  let sum = 0
  let most = 0
  for (const frame of frames) {
    sum += frame.endMicros - frame.startMicros
    while (frames[from]!.endMicros < frame.endMicros - HOUR_MICROS) {
      sum -= frames[from]!.endMicros - frames[from]!.startMicros
      from++
    }
    most = Math.max(most, sum)
  }
  return (1000 * most) / HOUR_MICROS
}

const isAmong = (channelsHz: readonly number[], hz: number): boolean =>
  channelsHz.some((channelHz) => Math.abs(hz - channelHz) < SAME_CHANNEL_HZ)

/** What one node, or the gateway, sent; each frame is looked at as it goes out. */
export class LawWatch {
  /** By node. */
  readonly ups = new Map<string, OnAir[]>()
  readonly downs: OnAir[] = []

  constructor(
    simulation: Simulation,
    private readonly region: Region,
  ) {
    const { air, clock } = simulation
    const traced = air.onSent
    air.onSent = (link, frame) => {
      traced(link, frame)
      this.uplink(link.name, frame)
    }
    const sendDown = air.down.bind(air)
    air.down = (setting, powerDbm, bytes) => {
      const startMicros = clock.nowMicros()
      const endMicros = startMicros + airMicros(setting, bytes.length)
      this.downlink({ startMicros, endMicros, frequencyHz: setting.frequencyHz }, powerDbm)
      return sendDown(setting, powerDbm, bytes)
    }
  }

  private uplink(name: string, { startMicros, endMicros, powerDbm, setting }: SentFrame): void {
    const { region } = this
    const { frequencyHz } = setting
    const sent = this.ups.get(name) ?? []
    expect(powerDbm).toBeLessThanOrEqual(region.eirpDbmMax)
    expect(isAmong([...region.channelsHz, ...region.extraChannelsHz], frequencyHz)).toBe(true)
    // A node's first frame is a join: it goes out on the channels that every node has.
    if (sent.length === 0) expect(isAmong(region.channelsHz, frequencyHz)).toBe(true)
    if (region.dwellDefault && (sent.length === 0 || !region.dwellLifted))
      expect(endMicros - startMicros).toBeLessThanOrEqual(DWELL_MICROS)
    sent.push({ startMicros, endMicros, frequencyHz })
    this.ups.set(name, sent)
  }

  private downlink(frame: OnAir, powerDbm: number): void {
    const { region } = this
    expect(powerDbm).toBeLessThanOrEqual(region.eirpDbmMax)
    expect(
      isAmong([...region.channelsHz, ...region.extraChannelsHz, region.rx2.frequencyHz], frame.frequencyHz),
    ).toBe(true)
    if (region.dwellDefault && !region.dwellLifted)
      expect(frame.endMicros - frame.startMicros).toBeLessThanOrEqual(DWELL_MICROS)
    this.downs.push(frame)
  }

  /** The region's channels on which nodes were heard, ascending. */
  channelsUsed(): number[] {
    const { channelsHz, extraChannelsHz } = this.region
    const used = [...this.ups.values()].flat().map(({ frequencyHz }) => frequencyHz)
    return [...channelsHz, ...extraChannelsHz].filter((hz) => used.some((each) => isAmong([hz], each))).sort()
  }

  /** Each band's share of the time, over every hour of the run. */
  expectShares(): void {
    const { region } = this
    region.duty.forEach((band, index) => {
      const inBand = (frames: readonly OnAir[]): OnAir[] =>
        frames.filter(({ frequencyHz }) => dutyBandOf(region, frequencyHz) === index)
      for (const frames of this.ups.values())
        expect(dutyPerMille(inBand(frames))).toBeLessThanOrEqual(band.nodePerMille)
      expect(dutyPerMille(inBand(this.downs))).toBeLessThanOrEqual(band.gatewayPerMille)
    })
  }
}
