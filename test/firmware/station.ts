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
    mount: () => [
      {
        quantities: [3],
        start: () => {
          world.taken++
          // A wait for something that never comes: no timer of the program is left that would end it.
          return world.hangs ? 1e9 : 20
        },
        read: (into, at) => ((into[at] = 2_500), 'ok'),
      },
      { quantities: [16], start: () => 0, read: (into, at) => ((into[at] = world.millivolts), 'ok') },
    ],
    run: runBattery,
  }
  return { profile, world }
}
