/** A gauge whose river, and whose battery, a test makes. */
import { gauge } from '../../firmware/profiles/gauge.ts'
import { runBattery } from '../../firmware/node.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'

export const LEVEL = 9
const BATTERY = 16
export const ALARM = gauge.alarms![0]!

export interface River {
  level: number
  millivolts: number
  taken: number
}

/** A gauge whose river the test makes. */
export function onRiver(
  samplesPerUplink: number,
  more: Partial<Profile> = {},
): { profile: Profile; river: River } {
  const river = { level: 10_000, millivolts: 3_900, taken: 0 }
  const profile: Profile = {
    name: 'gauge',
    quantities: [LEVEL, BATTERY],
    intervalSeconds: 600,
    samplesPerUplink,
    alarms: [ALARM],
    mount: () => [
      {
        quantities: [LEVEL],
        start: () => 20,
        read: (into, at) => (river.taken++, (into[at] = river.level), 'ok'),
      },
      { quantities: [BATTERY], start: () => 0, read: (into, at) => ((into[at] = river.millivolts), 'ok') },
    ],
    run: runBattery,
    ...more,
  }
  return { profile, river }
}
