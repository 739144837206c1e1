/** A whole street is switched over one forwarder, which hears nothing while it sends: every lamp obeys, and what answers are lost come again. */
import { expect, test } from 'vitest'
import { gatewayOfSimulation } from '../../cli/gatewayOfSimulation.ts'
import type { Gateway } from '../../gateway/main.ts'
import { light } from '../../firmware/profiles/light.ts'
import { openSimulation } from '../../sim/run.ts'
import type { Scenario } from '../../sim/scenarios/scenario.ts'
import { village } from '../../sim/scenarios/village.ts'

const LAMPS = 20
const HOUR_MS = 3_600_000

const street: Scenario = {
  ...village,
  acts: [],
  planNodes: (count, random) =>
    village
      .planNodes(count * 8, random)
      .filter(({ profile }) => profile === light)
      .slice(0, count)
      .map((plan) => ({ ...plan, lamp: { id: plan.lamp!.id, group: 'phố' } })),
}

test('a street of twenty lamps is dark after one and a half minutes, and has said so after five', async () => {
  let gateway: Gateway | undefined
  const simulation = await openSimulation(
    { scenario: street, nodes: LAMPS, seed: 1 },
    gatewayOfSimulation({}, (opened) => (gateway = opened)),
  )
  const { nodes, startMs, clock } = simulation
  const lit = (): number => nodes.filter(({ relay }) => relay!.lit()).length
  try {
    await simulation.runUntil(startMs + HOUR_MS)
    expect(lit()).toBe(LAMPS)
    await simulation.gateway.commandLamp('group:phố', 0, clock.now() + HOUR_MS)
    await simulation.runUntil(clock.now() + 60_000)
    expect(lit()).toBeLessThanOrEqual(1)
    await simulation.runUntil(clock.now() + 30_000)
    expect(lit()).toBe(0)
    const confirmed = (): number =>
      gateway!.nodes().filter(({ lamp }) => lamp?.command?.state === 'confirmed').length
    expect(confirmed()).toBeGreaterThanOrEqual(LAMPS - 6)
    await simulation.runUntil(clock.now() + 210_000)
    expect(confirmed()).toBeGreaterThanOrEqual(LAMPS - 1)
  } finally {
    await simulation.close()
  }
})
