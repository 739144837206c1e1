/** A small village in each region: node, air, forwarder and gateway agree on it, nothing is lost, and its law holds. */
import { describe, expect, test } from 'vitest'
import { gatewayOfSimulation } from '../../cli/gatewayOfSimulation.ts'
import { regionOption } from '../../cli/regionOption.ts'
import { OptionError } from '../../cli/options.ts'
import { run as runGateway } from '../../cli/gateway.ts'
import { run as runSim } from '../../cli/sim.ts'
import { REGIONS } from '../../core/regions/index.ts'
import { openSimulation } from '../../sim/run.ts'
import { village } from '../../sim/scenarios/village.ts'
import { LawWatch } from './lawWatch.ts'

const HOUR_MS = 3_600_000
const NODES = 6

test.each(REGIONS.map((region) => [region.name, region] as const))(
  '%s: all that is taken is stored, once, and nobody breaks the law',
  async (_name, region) => {
    const options = { scenario: village, nodes: NODES, seed: 3, region }
    const simulation = await openSimulation(options, gatewayOfSimulation())
    try {
      const endMs = simulation.startMs + 3 * HOUR_MS
      const watch = new LawWatch(simulation, region)
      simulation.quietenBy(endMs - HOUR_MS)
      await simulation.runUntil(endMs)
      const result = await simulation.result()
      expect(result).toMatchObject({ lost: 0, duplicated: 0, heldByNodes: 0 })
      expect(result.readingsTaken).toBeGreaterThan(250)
      expect(result.readingsStored).toBe(result.readingsTaken)
      expect(watch.ups.size).toBe(NODES)
      expect(watch.downs.length).toBeGreaterThan(2 * NODES)
      expect(simulation.forwarder.counts).toMatchObject({ refused: 0, sent: watch.downs.length })
      expect(simulation.air.losses).toMatchObject({ channel: 0, setting: 0 })
      // Where frames stay short, the join accept has no room for further channels.
      const accepted = region.dwellDefault && !region.dwellLifted ? [] : region.extraChannelsHz.slice(0, 5)
      expect(watch.channelsUsed()).toEqual([...region.channelsHz, ...accepted].sort())
      watch.expectShares()
    } finally {
      await simulation.close()
    }
  },
)

describe('a region that is not there is refused with those that are', () => {
  const refusalOf = (called: Promise<unknown>): Promise<unknown> =>
    called.then(() => undefined).catch((e: unknown) => e)

  test.each([
    ['sim', () => runSim(['--region', 'eu868'])],
    ['gateway', () => runGateway(['--data', 'nowhere', '--region', 'eu868'])],
  ] as const)('%s', async (_name, call) => {
    const refusal = await refusalOf(call())
    expect(refusal).toBeInstanceOf(OptionError)
    expect(refusal).toMatchObject({
      where: '--region',
      expected: 'AS923-1 | AS923-2 | AS923-3 | AS923-4 | EU868 | IN865',
      got: 'eu868',
    })
  })

  test('each that is named is taken', () => {
    for (const region of REGIONS) expect(regionOption(region.name)).toBe(region)
  })
})
