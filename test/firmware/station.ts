/** A profile for tests of what befalls a program: a thermometer and a battery that do what the test says. */
import { runBattery } from '../../firmware/node.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'

/** A station whose sensor does what the test says. */
export function station(): {
  profile: Profile
  world: { millivolts: number; hangs: boolean; throws: boolean; taken: number }
} {
  const world = { millivolts: 3_900, hangs: false, throws: false, taken: 0 }
  const profile: Profile = {
    name: 'air',
    quantities: [3, 16],
    intervalSeconds: 600,
    samplesPerUplink: 1,
    mount: (hal) => [
      {
        quantities: [3],
        start: () => {
          world.taken++
          // A wait for something that never comes: the program has no timer that would end it.
          return world.hangs && Object.assign(hal.clock, { setTimer: () => 0 }) ? 0 : 20
        },
        read: (into, at) => ((into[at] = 2_500), 'ok'),
      },
      { quantities: [16], start: () => 0, read: (into, at) => ((into[at] = world.millivolts), 'ok') },
    ],
    run: runBattery,
  }
  return { profile, world }
}
