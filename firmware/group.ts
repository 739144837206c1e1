/** Held samples into one packet: as many as share a cadence and fit. */
import { encodeSamples } from '../core/packet/encode.ts'
import type { Readings } from '../core/packet/types.ts'
import type { Node } from './nodeState.ts'
import { ageOf, CERTAIN_AGE_SECONDS, CERTAIN_SECONDS } from './oscillator.ts'
import { isFreed, readHeld } from './queue.ts'

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

/** Held samples on their way into a packet. */
export interface Group extends Readings {
  /** Of the first. */
  readonly sequence: number
  powerCount: number
  /** Node seconds of each sample. */
  readonly times: Int32Array
  readonly values: Int32Array
  readonly flags: Uint8Array
}

/** Held samples from `first` on that can share a packet: consecutive, of one power-on, on one cadence, at most `most`. */
export function collect(node: Node, first: number, end: number, most: number): Group {
  const width = node.profile.quantities.length
  const times = new Int32Array(most)
  const values = new Int32Array(most * width)
  const flags = new Uint8Array(most * width)
  const group: Group = { sequence: first, count: 0, width, powerCount: 0, times, values, flags }
  let cadence = 0
  for (
    let sequence = first;
    sequence < end && group.count < most && !isFreed(node.queue, sequence);
    sequence++
  ) {
    const held = readHeld(node.queue, sequence)
    if (held === undefined) break
    const { count } = group
    times[count] = held.atSeconds
    if (count === 0) group.powerCount = held.powerCount
    if (count === 1) cadence = cadenceOf(node, times[1]! - times[0]!)
    const off = held.atSeconds - times[0]! - count * cadence
    if (held.powerCount !== group.powerCount || off > CADENCE_SECONDS || off < -CADENCE_SECONDS) break
    values.set(held.sample.values, count * width)
    flags.set(held.sample.flags, count * width)
    group.count++
  }
  return group
}

/** Leaves the samples whose cadence still holds when their times are corrected by what the network's time has shown of the oscillator since. */
export function trimGroup(node: Node, group: Group): void {
  const { times, powerCount } = group
  for (; group.count > 1; group.count--) {
    const first = times[0]!
    const last = times[group.count - 1]!
    const stretched = ageOf(node, first, powerCount)[0] - ageOf(node, last, powerCount)[0] - last + first
    if (stretched <= STRETCH_SECONDS && stretched >= -STRETCH_SECONDS) return
  }
}

/** Encodes as many of the group as fit; answers the bytes, 0 when not even one does. Shortens the group to what was encoded. */
export function encodeGroup(
  node: Node,
  group: Group,
  acknowledgementWanted: boolean,
  into: Uint8Array,
): number {
  const { sequence, times, powerCount } = group
  const farErrorSeconds = ageOf(node, times[0]!, powerCount)[1]
  for (; group.count > 0; group.count--) {
    const [ageSeconds, nearErrorSeconds] = ageOf(node, times[group.count - 1]!, powerCount)
    const errorSeconds = nearErrorSeconds < 0 ? nearErrorSeconds : farErrorSeconds
    const bytes = encodeSamples(
      {
        epoch: node.queue.epoch,
        quantities: node.profile.quantities,
        sequence,
        readings: group,
        ageSeconds: ageSeconds > 0 ? ageSeconds : 0,
        ageUncertain:
          ageSeconds < 0 ||
          errorSeconds < 0 ||
          errorSeconds > CERTAIN_SECONDS ||
          ageSeconds > CERTAIN_AGE_SECONDS,
        ageErrorSeconds: errorSeconds < 0 ? undefined : errorSeconds,
        intervalSeconds: group.count > 1 ? cadenceOf(node, times[1]! - times[0]!) : 0,
        acknowledgementWanted,
      },
      into,
    )
    if (bytes > 0) return bytes
  }
  return 0
}
