/** What a scenario is; there is a file each beside this one. */
import type { NodePlan } from '../node.ts'
import type { Random } from '../random.ts'

/** Something a person does at the gateway, hours after the run's start. */
export interface Act {
  atHours: number
  /** A lamp's id, or `group:<name>`. */
  target: string
  levelPercent: number
  forHours: number
}

export interface Scenario {
  readonly name: string
  /** The gateway's place. */
  readonly latitude: number
  readonly longitude: number
  /** 16 hex digits. */
  readonly gatewayEui: string
  /** The nodes had their first twenty minutes at the technician's bench before they were hung up. */
  readonly commissionedAtBench: boolean
  planNodes(count: number, random: Random): NodePlan[]
  readonly acts: readonly Act[]
}
