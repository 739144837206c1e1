/** Held samples into one packet: as many as share a cadence and fit. */
import { encodeSamples } from '../core/packet/encode.ts'
import type { Sample } from '../core/packet/types.ts'
import { nowSeconds, POWER_COUNT, type Node } from './nodeState.ts'
import { isFreed, readHeld, type Held } from './queue.ts'

/** A sample may stand so far from the cadence of its batch. */
const CADENCE_SECONDS = 2

/** Held samples from `first` on that can share a packet: consecutive, of one power-on, on one cadence, at most `most`. */
export function collect(node: Node, first: number, end: number, most: number): Held[] {
  const group: Held[] = []
  for (
    let sequence = first;
    sequence < end && group.length < most && !isFreed(node.queue, sequence);
    sequence++
  ) {
    const held = readHeld(node.queue, sequence)
    if (held === undefined) break
    const head = group.length > 0 ? group[0]! : held
    const off = held.atSeconds - head.atSeconds - group.length * node.intervalSeconds
    if (held.powerCount !== head.powerCount || off > CADENCE_SECONDS || off < -CADENCE_SECONDS) break
    group.push(held)
  }
  return group
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
    const samples: Sample[] = group.map((held) => held.sample)
    const age = nowSeconds(node) - last.atSeconds
    const bytes = encodeSamples(
      {
        epoch: node.queue.epoch,
        quantities: node.profile.quantities,
        samples,
        ageSeconds: age > 0 ? age : 0,
        ageUncertain: last.powerCount !== (node.words[POWER_COUNT]! & 0xffff),
        intervalSeconds: node.intervalSeconds,
        acknowledgementWanted,
      },
      into,
    )
    if (bytes > 0) return bytes
  }
  return 0
}
