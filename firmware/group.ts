/** Held samples into one packet: as many as share a cadence and fit. */
import { encodeSamples } from '../core/packet/encode.ts'
import type { Sample } from '../core/packet/types.ts'
import type { Node } from './nodeState.ts'
import { ageOf, CERTAIN_AGE_SECONDS, CERTAIN_SECONDS } from './oscillator.ts'
import { isFreed, readHeld, type Held } from './queue.ts'

/** A sample may stand so far from the cadence of its batch. */
const CADENCE_SECONDS = 2
/** And this far when its times are corrected: half of what a certain age may be off. */
const STRETCH_SECONDS = 30

/** Seconds between two samples `apart` that can share a packet: the node's own cadence, or the one it had before, in whole minutes, which a packet
 *  tells exactly (docs/PACKET.md). */
function cadenceOf(node: Node, apartSeconds: number): number {
  const own = node.intervalSeconds
  const off = apartSeconds - own
  if (off <= CADENCE_SECONDS && off >= -CADENCE_SECONDS) return own
  return 60 * Math.max(1, Math.floor(apartSeconds / 60 + 0.5))
}

/** Held samples from `first` on that can share a packet: consecutive, of one power-on, on one cadence, at most `most`. */
export function collect(node: Node, first: number, end: number, most: number): Held[] {
  const group: Held[] = []
  let cadence = 0
  for (
    let sequence = first;
    sequence < end && group.length < most && !isFreed(node.queue, sequence);
    sequence++
  ) {
    const held = readHeld(node.queue, sequence)
    if (held === undefined) break
    const head = group.length > 0 ? group[0]! : held
    if (group.length === 1) cadence = cadenceOf(node, held.atSeconds - head.atSeconds)
    const off = held.atSeconds - head.atSeconds - group.length * cadence
    if (held.powerCount !== head.powerCount || off > CADENCE_SECONDS || off < -CADENCE_SECONDS) break
    group.push(held)
  }
  return group
}

/** Leaves the samples whose cadence still holds when their times are corrected by what the network's time has shown of the oscillator since. */
export function trimGroup(node: Node, group: Held[]): void {
  for (; group.length > 1; group.pop()) {
    const first = group[0]!
    const last = group[group.length - 1]!
    const stretched = ageOf(node, first)[0] - ageOf(node, last)[0] - last.atSeconds + first.atSeconds
    if (stretched <= STRETCH_SECONDS && stretched >= -STRETCH_SECONDS) return
  }
}

/** Encodes as many of the group as fit; answers the bytes, 0 when not even one does. Shortens the group to what was encoded. */
export function encodeGroup(
  node: Node,
  group: Held[],
  acknowledgementWanted: boolean,
  into: Uint8Array,
): number {
  for (; group.length > 0; group.pop()) {
    const last = group[group.length - 1]!
    const [ageSeconds, nearErrorSeconds] = ageOf(node, last)
    const farErrorSeconds = ageOf(node, group[0]!)[1]
    const errorSeconds = nearErrorSeconds < 0 ? nearErrorSeconds : farErrorSeconds
    const samples: Sample[] = group.map((held) => held.sample)
    const bytes = encodeSamples(
      {
        epoch: node.queue.epoch,
        quantities: node.profile.quantities,
        samples,
        ageSeconds: ageSeconds > 0 ? ageSeconds : 0,
        ageUncertain:
          ageSeconds < 0 ||
          errorSeconds < 0 ||
          errorSeconds > CERTAIN_SECONDS ||
          ageSeconds > CERTAIN_AGE_SECONDS,
        ageErrorSeconds: errorSeconds < 0 ? undefined : errorSeconds,
        intervalSeconds: group.length > 1 ? cadenceOf(node, group[1]!.atSeconds - group[0]!.atSeconds) : 0,
        acknowledgementWanted,
      },
      into,
    )
    if (bytes > 0) return bytes
  }
  return 0
}
