/** `fieldnode sim` from end to end: firmware, chips, air, UDP, gateway and store in virtual time, and how it refuses a wrong call. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayOfSimulation } from '../../cli/gatewayOfSimulation.ts'
import { OptionError } from '../../cli/options.ts'
import { run } from '../../cli/sim.ts'
import type { Gateway } from '../../gateway/main.ts'
import { Random } from '../../sim/random.ts'
import { openSimulation, runScenario, type RunOptions } from '../../sim/run.ts'
import { village } from '../../sim/scenarios/village.ts'
import { readSeries, type Series } from '../../sim/world/replay.ts'

const HOUR_MS = 3_600_000
const play = (change: Partial<RunOptions> & { hours?: number } = {}) =>
  runScenario({ scenario: village, nodes: 12, seed: 1, hours: 4, ...change }, gatewayOfSimulation())

describe('a village of twelve nodes', () => {
  test('every reading is stored once or still held, none is lost, and the same seed gives the same trace', async () => {
    const first = await play()
    expect(first.readingsTaken).toBeGreaterThan(800)
    expect(first.readingsTaken).toBe(first.readingsStored + first.heldByNodes + first.lost)
    expect(first).toMatchObject({ nodes: 12, virtualHours: 4, lost: 0, duplicated: 0, heldByNodes: 0 })
    expect(first.uplinksReceived).toBeGreaterThan(0.95 * first.uplinksSent)
    expect(first.traceSha256).toMatch(/^[0-9a-f]{64}$/)
    const again = await play()
    expect({ ...again, wallSeconds: 0 }).toEqual({ ...first, wallSeconds: 0 })
    expect((await play({ seed: 2 })).traceSha256).not.toBe(first.traceSha256)
  })

  test('still meets its receive windows on a board four times slower than we think', async () => {
    const slow = await play({ costFactor: 4 })
    expect(slow).toMatchObject({ lost: 0, duplicated: 0, heldByNodes: 0 })
    expect(slow.downlinks).toBeGreaterThan(12)
  })

  test('takes no reading in its last hour', async () => {
    const simulation = await openSimulation({ scenario: village, nodes: 12, seed: 1 }, gatewayOfSimulation())
    try {
      const endMs = simulation.startMs + 3 * HOUR_MS
      simulation.quietenBy(endMs - HOUR_MS)
      await simulation.runUntil(endMs - HOUR_MS)
      const before = (await simulation.result()).readingsTaken
      await simulation.runUntil(endMs)
      expect((await simulation.result()).readingsTaken).toBe(before)
    } finally {
      await simulation.close()
    }
  })
})

describe('a lamp', () => {
  test('obeys a command from the gateway, confirms it, and goes back to its schedule when it ends', async () => {
    let gateway: Gateway | undefined
    const simulation = await openSimulation(
      { scenario: { ...village, acts: [] }, nodes: 12, seed: 1 },
      gatewayOfSimulation({}, (opened) => (gateway = opened)),
    )
    try {
      const { startMs } = simulation
      const lamp = simulation.nodes.find((node) => node.plan.lamp?.id === 'den-1')!
      const view = () => gateway!.nodes().find((node) => node.lamp?.id === 'den-1')!.lamp!
      await simulation.runUntil(startMs + HOUR_MS)
      // One o'clock at night: lit.
      expect(lamp.relay!.lit()).toBe(true)
      expect(view().confirmed).toMatchObject({ levelPercent: 100, reason: 'schedule' })
      const untilMs = startMs + 2 * HOUR_MS
      await simulation.gateway.commandLamp('den-1', 0, untilMs)
      expect(view().command).toMatchObject({ state: 'commanded', levelPercent: 0 })
      // It listens all the time: five seconds are for an uplink of its own that may be in the way.
      await simulation.runUntil(startMs + HOUR_MS + 5_000)
      expect(lamp.relay!.lit()).toBe(false)
      await simulation.runUntil(startMs + HOUR_MS + 60_000)
      expect(view().command).toMatchObject({ state: 'confirmed' })
      expect(view().confirmed).toMatchObject({ levelPercent: 0, reason: 'command' })
      await simulation.runUntil(startMs + 2.25 * HOUR_MS)
      expect(lamp.relay!.lit()).toBe(true)
      expect(view().command).toMatchObject({ state: 'ended' })
      expect(view().confirmed).toMatchObject({ levelPercent: 100, reason: 'schedule' })
    } finally {
      await simulation.close()
    }
  })

  test('is dark by day and lit by night', async () => {
    const simulation = await openSimulation(
      { scenario: { ...village, acts: [] }, nodes: 12, seed: 1 },
      gatewayOfSimulation(),
    )
    try {
      const lamps = simulation.nodes.filter((node) => node.relay)
      expect(lamps).toHaveLength(2)
      const lit = async (hours: number): Promise<boolean[]> => {
        await simulation.runUntil(simulation.startMs + hours * HOUR_MS)
        return lamps.map((lamp) => lamp.relay!.lit())
      }
      expect(await lit(4)).toEqual([true, true])
      expect(await lit(8)).toEqual([false, false])
      expect(await lit(15)).toEqual([false, false])
      expect(await lit(19)).toEqual([true, true])
    } finally {
      await simulation.close()
    }
  })
})

describe('power and radio trouble', () => {
  test('nodes that lose their power in the middle of the night lose nothing that was in flash', async () => {
    const simulation = await openSimulation({ scenario: village, nodes: 12, seed: 4 }, gatewayOfSimulation())
    try {
      const { startMs, clock, nodes } = simulation
      for (const [index, node] of nodes.entries()) {
        clock.setTimer(1.5 * HOUR_MS + index * 7_777, () => node.powerOff())
        clock.setTimer(2 * HOUR_MS + index * 3_333, () => node.powerOn())
      }
      // Before the sunrise, at which the lamps would speak.
      simulation.quietenBy(startMs + 4.5 * HOUR_MS)
      await simulation.runUntil(startMs + 5.5 * HOUR_MS)
      expect(await simulation.result()).toMatchObject({ lost: 0, duplicated: 0, heldByNodes: 0 })
    } finally {
      await simulation.close()
    }
  })
})

test('power cuts inside flash writes and erases lose nothing, store nothing twice and change nothing', async () => {
  const seed = 3
  const simulation = await openSimulation({ scenario: village, nodes: 12, seed }, gatewayOfSimulation())
  try {
    const { startMs, clock, nodes } = simulation
    const random = new Random(seed, 'cuts')
    let cuts = 0
    for (const node of nodes)
      for (let i = 0; i < 10; i++) {
        // The power fails somewhere in the next 60 words written, and comes back when somebody looks.
        clock.setTimer(random.between(0.5, 6) * HOUR_MS, () => {
          if (node.machine.program !== 0) node.machine.flash.cutPowerAfter(random.below(60))
        })
      }
    for (let minute = 40; minute < 400; minute += 7)
      clock.setTimer(minute * 60_000, () => {
        for (const node of nodes.filter(({ machine }) => machine.program === 0)) {
          cuts++
          node.powerOn()
        }
      })
    simulation.quietenBy(startMs + 9 * HOUR_MS)
    await simulation.runUntil(startMs + 11 * HOUR_MS)
    expect(cuts).toBeGreaterThan(60)
    const result = await simulation.result()
    expect(result).toMatchObject({ lost: 0, duplicated: 0 })
    expect(result.readingsTaken).toBe(result.readingsStored + result.heldByNodes)
    expect(await simulation.gateway.stored()).toMatchObject({ conflicts: 0 })
  } finally {
    await simulation.close()
  }
})

const series = (text: string): Series => {
  const read = readSeries(text)
  if ('where' in read) throw new Error(read.where)
  return read
}

describe('a replayed world', () => {
  test('a recorded series reaches the store through chip, driver, filter and radio', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i * 900},${(20 + i / 10).toFixed(2)}`)
    const recorded = series(`timestamp,value\n${rows.join('\n')}`)
    const simulation = await openSimulation(
      { scenario: village, nodes: 2, seed: 1, replay: { airTemperature: recorded } },
      gatewayOfSimulation(),
    )
    try {
      await simulation.runUntil(simulation.startMs + 4 * HOUR_MS)
      const readings = await simulation.gateway.readings(simulation.nodes[1]!.plan.devEui)
      const temperatures = readings.filter(({ quantity }) => quantity === 3)
      expect(temperatures.length).toBeGreaterThan(15)
      for (const { timeMs, value } of temperatures) {
        const expected = 20 + Math.floor((timeMs - simulation.startMs) / 900_000) / 10
        // The part's own error, its noise, the wire's step, and a second at the edge of a row.
        expect(Math.abs(value / 100 - expected)).toBeLessThan(0.5)
      }
    } finally {
      await simulation.close()
    }
  })
})

describe('a wrong call is refused by name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldnode-test-'))
  const file = join(folder, 'bad.csv')
  beforeAll(() => writeFileSync(file, 'timestamp,value\n1,2\n2,wet\n'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const calls: [string[], RegExp, RegExp][] = [
    [['--scenario', 'city'], /--scenario/, /village/],
    [['--nodes', '0'], /--nodes/, /1 to 2000/],
    [['--nodes', 'many'], /--nodes/, /whole number/],
    [['--hours', '1'], /--hours/, /2 to/],
    [['--hours', '1.5'], /--hours/, /whole number/],
    [['--seed=-1'], /--seed/, /whole number/],
    [['--costs', '9'], /--costs/, /1 to 4/],
    [['--replay', 'airTemperature'], /--replay/, /quantity=file.csv/],
    [['--replay', 'ph=x.csv'], /--replay/, /waterLevel/],
    [['--replay', 'airTemperature=missing.csv'], /--replay/, /can be read/],
    [['--replay', `airTemperature=${file}`], /bad.csv, line 3, value/, /number/],
    [['--unknown'], /options/, /--help/],
  ]
  for (const [args, where, expected] of calls)
    test(args.join(' ').replace(folder, ''), async () => {
      const refusal = await run(args).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(refusal).toBeInstanceOf(OptionError)
      expect((refusal as OptionError).where).toMatch(where)
      expect((refusal as OptionError).expected).toMatch(expected)
    })
})
