/** The village as it is where some houses have Wi-Fi: its school's weather stations and every other street lamp speak MQTT, the rest LoRaWAN. */
import { esp32Devkit } from '../../boards/esp32Devkit.ts'
import type { NodePlan } from '../node.ts'
import type { Scenario } from './scenario.ts'
import { village } from './village.ts'

/** A field has no access point; a station or a lamp beside a house may. */
const NEAR_HOUSES = ['air', 'light']

/** Every other one of those, by its profile. */
function inReach(plans: readonly NodePlan[], plan: NodePlan): boolean {
  const { name } = plan.profile
  const ordinal = plans.filter(({ profile }) => profile.name === name).indexOf(plan)
  return NEAR_HOUSES.includes(name) && ordinal % 2 === 1
}

export const commune: Scenario = {
  ...village,
  name: 'commune',
  planNodes: (count, random) => {
    const plans = village.planNodes(count, random)
    return plans.map((plan) => (inReach(plans, plan) ? { ...plan, board: esp32Devkit } : plan))
  },
}
