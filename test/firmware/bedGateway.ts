/** The gateway of the test bed: what it keeps of the samples that reach it, and what it acknowledges. */
import {
  DOWNLINK_PORT,
  encodeAcknowledgement,
  extendSequence,
  type DecodedSamples,
} from '../../core/packet/index.ts'
import type { Bed } from './bed.ts'

/** Stores what came, as the gateway would; throws where samples contradict what is stored. */
export function store(bed: Bed, decoded: DecodedSamples): void {
  if (bed.epoch === undefined || (bed.epoch & 0xff) !== decoded.epochAlias)
    throw new Error('samples of an unknown epoch')
  const stored = bed.stored.get(bed.epoch)!
  const first = extendSequence(decoded.sequenceLow, Math.max(0, ...stored.keys()))
  decoded.samples.forEach((sample, i) => {
    const behind = decoded.samples.length - 1 - i
    const atMs = bed.worldMs - 1000 * (decoded.ageSeconds + behind * decoded.intervalSeconds)
    const before = stored.get(first + i)
    if (before && JSON.stringify(before.values) !== JSON.stringify(sample.values))
      throw new Error(`conflict at ${first + i}`)
    const { ageUncertain: uncertain, ageErrorSeconds: errorSeconds } = decoded
    if (!before) stored.set(first + i, { ...sample, atMs, uncertain, errorSeconds })
  })
}

/** What the gateway has of the newest epoch. */
export function acknowledgement(bed: Bed): { port: number; payload: Uint8Array } | undefined {
  if (bed.epoch === undefined) return undefined
  const stored = bed.stored.get(bed.epoch)!
  let nextSequence = bed.floors.get(bed.epoch)!
  while (stored.has(nextSequence)) nextSequence++
  const received = new Uint8Array(3)
  for (let i = 0; i < 24; i++) if (stored.has(nextSequence + 1 + i)) received[i >> 3]! |= 1 << (i & 7)
  const into = new Uint8Array(11)
  const bytes = encodeAcknowledgement({ epoch: bed.epoch, nextSequence, received }, into)
  return { port: DOWNLINK_PORT.acknowledgement, payload: into.subarray(0, bytes) }
}
