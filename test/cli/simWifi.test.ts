/** `fieldnode sim --scenario commune`: nodes with Wi-Fi beside those with LoRa at one gateway, over real TCP in virtual time. */
import { describe, expect, test } from 'vitest'
import { gatewayOfSimulation } from '../../cli/gatewayOfSimulation.ts'
import type { Gateway } from '../../gateway/main.ts'
import { openSimulation, runScenario } from '../../sim/run.ts'
import { commune } from '../../sim/scenarios/commune.ts'

const HOUR_MS = 3_600_000
const WIFI = ['70b3d57ed0000006', '70b3d57ed0000009']

describe('a commune of twelve nodes, two of them with Wi-Fi', () => {
  test('every reading is stored once, and the same seed gives the same trace', async () => {
    const play = () => runScenario({ scenario: commune, nodes: 12, seed: 1, hours: 4 }, gatewayOfSimulation())
    const first = await play()
    expect(first).toMatchObject({ nodes: 12, lost: 0, duplicated: 0, heldByNodes: 0 })
    expect(first.readingsTaken).toBeGreaterThan(800)
    const again = await play()
    expect({ ...again, wallSeconds: 0 }).toEqual({ ...first, wallSeconds: 0 })
  })

  test('a lamp with Wi-Fi obeys within a second; its group obeys on both links', async () => {
    let gateway: Gateway | undefined
    const simulation = await openSimulation(
      { scenario: { ...commune, acts: [] }, nodes: 12, seed: 1 },
      gatewayOfSimulation({}, (opened) => (gateway = opened)),
    )
    const { nodes, startMs, clock } = simulation
    const lamps = nodes.filter(({ plan }) => plan.lamp)
    const lit = (): boolean[] => lamps.map(({ relay }) => relay!.lit())
    try {
      expect(nodes.filter(({ network }) => network).map(({ plan }) => plan.devEui)).toEqual(WIFI)
      await simulation.runUntil(startMs + HOUR_MS)
      expect(lit()).toEqual([true, true])
      await simulation.gateway.commandLamp('den-2', 0, clock.now() + HOUR_MS)
      await simulation.runUntil(clock.now() + 1_000)
      expect(lit()).toEqual([true, false])
      await simulation.gateway.commandLamp('group:Đường chợ', 0, clock.now() + HOUR_MS)
      await simulation.runUntil(clock.now() + 60_000)
      expect(lit()).toEqual([false, false])
      expect(gateway!.nodes().map(({ lamp }) => lamp?.command?.state)).toContain('confirmed')
    } finally {
      await simulation.close()
    }
  })

  test('nodes with Wi-Fi whose power fails lose nothing', async () => {
    const simulation = await openSimulation({ scenario: commune, nodes: 12, seed: 3 }, gatewayOfSimulation())
    const { nodes, startMs, clock } = simulation
    const wifi = nodes.filter(({ network }) => network)
    try {
      await simulation.runUntil(startMs + HOUR_MS)
      for (const node of wifi) node.powerOff()
      await simulation.runUntil(clock.now() + HOUR_MS)
      for (const node of wifi) node.powerOn()
      simulation.quietenBy(startMs + 4 * HOUR_MS)
      await simulation.runUntil(startMs + 5 * HOUR_MS)
      expect(await simulation.result()).toMatchObject({ lost: 0, duplicated: 0, heldByNodes: 0 })
    } finally {
      await simulation.close()
    }
  })
})
