/** What the air of Viet Nam allows, held by every node and by the gateway over a simulated day: power, channels, time on air. */
import { expect, test } from 'vitest'
import { gatewayOfSimulation } from '../../cli/gatewayOfSimulation.ts'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { airMicros } from '../../sim/chips/lora.ts'
import { openSimulation } from '../../sim/run.ts'
import { village } from '../../sim/scenarios/village.ts'

const HOUR_MICROS = 3.6e9
const EIRP_DBM_MAX = 16
const NODE_PER_MILLE = 10
const GATEWAY_PER_MILLE = 100
/** Before the network lifts it, an uplink is bound to 400 ms. */
const DWELL_MICROS = 400_000

/** Most time on air that any window of an hour holds, in per mille. */
function dutyPerMille(frames: readonly { startMicros: number; endMicros: number }[]): number {
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

test('over a day of 24 nodes nobody breaks the law', async () => {
  const simulation = await openSimulation({ scenario: village, nodes: 24, seed: 6 }, gatewayOfSimulation())
  try {
    const { air, forwarder, startMs, clock } = simulation
    const ups = new Map<string, { startMicros: number; endMicros: number }[]>()
    const downs: { startMicros: number; endMicros: number }[] = []
    const channels = [...as923_2.channelsHz, ...as923_2.extraChannelsHz]
    const traced = air.onSent
    let firstJoins = 0
    air.onSent = (link, frame) => {
      traced(link, frame)
      expect(frame.powerDbm).toBeLessThanOrEqual(EIRP_DBM_MAX)
      expect(channels.some((hz) => Math.abs(hz - frame.setting.frequencyHz) < 100)).toBe(true)
      const sent = ups.get(link.name) ?? []
      if (sent.length === 0) {
        firstJoins++
        expect(frame.endMicros - frame.startMicros).toBeLessThanOrEqual(DWELL_MICROS)
        // A join goes out on the channels that every node has.
        expect(as923_2.channelsHz.some((hz) => Math.abs(hz - frame.setting.frequencyHz) < 100)).toBe(true)
      }
      sent.push(frame)
      ups.set(link.name, sent)
    }
    const sendDown = air.down.bind(air)
    air.down = (setting, powerDbm, bytes) => {
      expect(powerDbm).toBeLessThanOrEqual(EIRP_DBM_MAX)
      const startMicros = clock.nowMicros()
      downs.push({ startMicros, endMicros: startMicros + airMicros(setting, bytes.length) })
      return sendDown(setting, powerDbm, bytes)
    }
    await simulation.runUntil(startMs + 24 * 3_600_000)
    expect(firstJoins).toBe(24)
    for (const frames of ups.values()) expect(dutyPerMille(frames)).toBeLessThanOrEqual(NODE_PER_MILLE)
    expect(downs.length).toBeGreaterThan(100)
    expect(dutyPerMille(downs)).toBeLessThanOrEqual(GATEWAY_PER_MILLE)
    expect(forwarder.counts.sent).toBe(downs.length)
  } finally {
    await simulation.close()
  }
})
