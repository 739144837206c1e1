/** What the air of Viet Nam allows, held by every node and by the gateway over a simulated day: power, channels, time on air.
 *  The law stands here as figures of its own, apart from the region's table. */
import { expect, test } from 'vitest'
import { gatewayOfSimulation } from '../../cli/gatewayOfSimulation.ts'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { openSimulation } from '../../sim/run.ts'
import { village } from '../../sim/scenarios/village.ts'
import { LawWatch } from './lawWatch.ts'

const VIET_NAM = {
  eirpDbmMax: 16,
  duty: [{ fromHz: 920_000_000, toHz: 923_000_000, nodePerMille: 10, gatewayPerMille: 100 }],
}

test('over a day of 24 nodes nobody breaks the law', async () => {
  const simulation = await openSimulation({ scenario: village, nodes: 24, seed: 6 }, gatewayOfSimulation())
  try {
    const watch = new LawWatch(simulation, { ...as923_2, ...VIET_NAM })
    await simulation.runUntil(simulation.startMs + 24 * 3_600_000)
    expect(watch.ups.size).toBe(24)
    expect(watch.downs.length).toBeGreaterThan(100)
    expect(simulation.forwarder.counts.sent).toBe(watch.downs.length)
    watch.expectShares()
  } finally {
    await simulation.close()
  }
})
