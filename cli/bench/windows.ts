/** What a slow interpreter hears: the firmware's own program in virtual time, every call of it charged at 1, 2, 4, ... times the estimated cost
 *  (sim/costs.ts), with a network that answers every join and most uplinks. A line a factor and data rate, and at the end the factor at which it ceases.
 *  A downlink counts as heard when the receiver of the node it was for has locked on it. Times are milliseconds. */
import { FRAME_TYPE } from '../../core/lorawan/frame.ts'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { light } from '../../firmware/profiles/light.ts'
import type { NodePlan } from '../../sim/node.ts'
import { openSimulation } from '../../sim/run.ts'
import { village } from '../../sim/scenarios/village.ts'
import type { Scenario } from '../../sim/scenarios/scenario.ts'
import { gatewayOfSimulation } from '../gatewayOfSimulation.ts'

export interface Share {
  /** Sent by the gateway. */
  readonly of: number
  readonly heard: number
}

export interface WindowsLine {
  readonly factor: number
  readonly dataRate: number
  readonly joins: Share
  readonly downlinks: Share
  /** The receiver opened so long after the preamble of a heard frame began, mean and most; below 0: before it. */
  readonly latencyMs: { readonly mean: number; readonly most: number }
}

export interface WindowsLimit {
  /** The largest factor tried at which every join and downlink of every data rate was heard, and the first at which none was. */
  readonly limit: { readonly all: number; readonly none: number | null }
}

export interface WindowsOptions {
  readonly factors: readonly number[]
  readonly dataRates: readonly number[]
  readonly nodes: number
  readonly hours: number
  readonly seed: number
}

/** Issue 3 asks for 1, 2 and 4; those behind them look for the end. */
export const ORDINARY: WindowsOptions = {
  factors: [1, 2, 4, 8, 12, 16, 24, 32, 48, 64],
  dataRates: [2, 3, 4, 5],
  nodes: 4,
  hours: 2,
  seed: 1,
}

const HOUR_MS = 3_600_000
/** Near enough that nothing but time decides. */
const DISTANCE_M = 300
/** Only nodes of class A: a light listens all the time between its windows, and hears what missed them. */
const inWindows = ({ profile }: NodePlan): boolean => profile !== light
const near: Scenario = {
  ...village,
  acts: [],
  planNodes: (count, random) =>
    village
      .planNodes(2 * count, random)
      .filter(inWindows)
      .slice(0, count)
      .map((plan) => ({ ...plan, distanceM: DISTANCE_M })),
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** One run: every node joins and goes on at `dataRate`. */
async function measure(factor: number, dataRate: number, options: WindowsOptions): Promise<WindowsLine> {
  const region = { ...as923_2, joinDataRate: dataRate, dwellDataRateMin: dataRate }
  const { nodes, hours, seed } = options
  const simulation = await openSimulation(
    { scenario: near, nodes, seed, region, costFactor: factor },
    gatewayOfSimulation(),
  )
  const sent = { joins: 0, downlinks: 0 }
  const heard = { joins: new Set<number>(), downlinks: new Set<number>() }
  const lateMs: number[] = []
  const kindOf = (bytes: Uint8Array): keyof typeof sent =>
    bytes[0]! >> 5 === FRAME_TYPE.joinAccept ? 'joins' : 'downlinks'
  const { forwarder, air, clock, startMs } = simulation
  const before = forwarder.onDownlink
  forwarder.onDownlink = (bytes) => {
    before(bytes)
    sent[kindOf(bytes)]++
  }
  air.onHeard = (_link, down, fromMicros) => {
    const known = heard[kindOf(down.bytes)]
    if (known.has(down.startMicros)) return
    known.add(down.startMicros)
    lateMs.push((fromMicros - down.startMicros) / 1000)
  }
  try {
    await simulation.runUntil(startMs + hours * HOUR_MS)
    // What was sent a moment ago may not have been heard out.
    await simulation.runUntil(clock.now() + 10_000)
  } finally {
    await simulation.close()
  }
  const sum = lateMs.reduce((all, each) => all + each, 0)
  return {
    factor,
    dataRate,
    joins: { of: sent.joins, heard: heard.joins.size },
    downlinks: { of: sent.downlinks, heard: heard.downlinks.size },
    latencyMs: {
      mean: rounded(sum / (lateMs.length || 1)),
      most: rounded(Math.max(...(lateMs.length ? lateMs : [0]))),
    },
  }
}

const isWhole = ({ of, heard }: Share): boolean => of > 0 && heard === of

/** Where it ceases: factors in ascending order. */
export function limitOf(lines: readonly WindowsLine[]): WindowsLimit {
  const factors = [...new Set(lines.map(({ factor }) => factor))]
  const at = (factor: number): WindowsLine[] => lines.filter((line) => line.factor === factor)
  const bad = factors.findIndex((factor) =>
    at(factor).some(({ joins, downlinks }) => !isWhole(joins) || !isWhole(downlinks)),
  )
  const none = factors.find((factor) => at(factor).every(({ joins }) => joins.heard === 0))
  return { limit: { all: bad < 0 ? factors.at(-1)! : (factors[bad - 1] ?? 0), none: none ?? null } }
}

export async function benchWindows(options = ORDINARY): Promise<(WindowsLine | WindowsLimit)[]> {
  const lines: WindowsLine[] = []
  for (const factor of options.factors)
    for (const dataRate of options.dataRates) lines.push(await measure(factor, dataRate, options))
  return [...lines, limitOf(lines)]
}
