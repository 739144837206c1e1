/** Functions of the firmware that run a few times a wake at most, by name: what only they need exists only while they run (nest.ts).
 *  A good candidate answers plain data and gives no closure away; one that is called in a loop would be slow. */
export const SELDOM: ReadonlySet<string> = new Set([
  'decodeSettings',
  'resumeSleep',
  'openNode',
  'mount',
  'takeSample',
  'scheduledLevel',
  'openMac',
  '_send',
  'obeyOne',
  'takeDownlink',
  'encodeSamples',
  'setIdOf',
  'takeAcknowledgement',
])
