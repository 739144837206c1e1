/** Light: a street lamp behind a relay, on the mains, always awake. What it reports is what its contact does. */
import { runLight } from '../light.ts'
import type { Profile } from './profile.ts'

export const light: Profile = {
  name: 'light',
  quantities: [18, 23, 29, 30, 22], // lampLevel relayOn lampCommand lampReason mainsPresent
  intervalSeconds: 300,
  samplesPerUplink: 1,
  unfiltered: true,
  mount: () => [],
  run: runLight,
}
