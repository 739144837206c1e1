/** Lets nodes of one profile live for some virtual days, firmware, chips, air and gateway as in `fieldnode sim`, and counts what they did. */
import { ESP32_COSTS, withBundle } from '../../sim/costs.ts'
import type { SentFrame } from '../../sim/chips/ether.ts'
import type { Board } from '../../firmware/board.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { MQTT_PUBLISH, openSimulation } from '../../sim/run.ts'
import type { Scenario } from '../../sim/scenarios/scenario.ts'
import { village } from '../../sim/scenarios/village.ts'
import { gatewayOfSimulation } from '../gatewayOfSimulation.ts'
import { Account, sumOf } from './account.ts'

const HOUR_MS = 3_600_000
/** Every profile is at least two of the village's dozen. */
const DOZEN = 12

export interface MeasureOptions {
  readonly board: Board
  readonly profile: Profile
  /** What each start reads and evaluates. */
  readonly bundleBytes: number
  readonly nodes: number
  readonly seed: number
  /** Not counted: joining, first hellos, the network settling on a data rate. */
  readonly warmUpHours: number
  readonly hours: number
}

export interface Measured extends ReturnType<typeof sumOf> {
  /** Virtual seconds of all nodes together. */
  readonly seconds: number
  /** All that was sent by radio in the counted time. */
  readonly frames: readonly SentFrame[]
  /** Frames by radio, or messages over Wi-Fi. */
  readonly uplinks: number
}

/** The village's places, with nodes of one profile on one board. */
function only(profile: Profile, board: Board): Scenario {
  return {
    ...village,
    acts: [],
    planNodes: (count, random) =>
      village
        .planNodes(count * DOZEN, random)
        .filter((plan) => plan.profile === profile)
        .slice(0, count)
        .map((plan) => ({ ...plan, board })),
  }
}

export async function measure(options: MeasureOptions): Promise<Measured> {
  const { profile, board, nodes, seed, warmUpHours, hours } = options
  const costs = withBundle(ESP32_COSTS, options.bundleBytes)
  const simulation = await openSimulation(
    { scenario: only(profile, board), nodes, seed, costs },
    gatewayOfSimulation(),
  )
  const { air, clock, startMs } = simulation
  try {
    const accounts = simulation.nodes.map(({ ledger }) => new Account(ledger))
    await simulation.runUntil(startMs + warmUpHours * HOUR_MS)
    for (const account of accounts) account.restart(clock.nowMicros())
    const frames: SentFrame[] = []
    const traced = air.onSent
    air.onSent = (link, frame) => {
      frames.push(frame)
      traced(link, frame)
    }
    let messages = 0
    for (const { network } of simulation.nodes)
      if (network)
        network.onWrite = (bytes) => {
          if (bytes[0]! >> 4 === MQTT_PUBLISH) messages++
        }
    await simulation.runUntil(startMs + (warmUpHours + hours) * HOUR_MS)
    for (const account of accounts) account.close(clock.nowMicros())
    return { ...sumOf(accounts), seconds: nodes * hours * 3600, frames, uplinks: frames.length + messages }
  } finally {
    await simulation.close()
  }
}
