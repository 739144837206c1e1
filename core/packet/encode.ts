/** Samples into the bytes of an uplink. Firmware carries this file; the gateway uses it to check what it decoded. */
import { FLAG } from '../flags.ts'
import { NO_BOUND, walkHead } from './head.ts'
import { ModelWriter } from './model.ts'
import { setIdOf } from './sets.ts'
import { walkRows } from './walk.ts'
import { QUANTITY_MAX } from './wire.ts'
import type { Readings, SampleGroup } from './types.ts'

/** Samples a packet can hold. */
const SAMPLES_MAX = 16

/** 1 when any reading is not good. */
function isFlagged({ count, width, flags }: Readings): number {
  for (let i = 0; i < count * width; i++) if (flags[i] !== FLAG.good) return 1
  return 0
}

/** Presence mask of ids in ascending order; 0 for a list that no mask can tell. */
function maskOf(quantities: readonly number[]): number {
  let mask = 0
  for (let c = 0; c < quantities.length; c++) {
    const id = quantities[c]!
    if (id < 1 || id > QUANTITY_MAX || (c && id <= quantities[c - 1]!)) return 0
    mask |= 1 << (id - 1)
  }
  return mask >>> 0
}

/** Writes a packet and answers its bytes; its port is UPLINK_PORT.sample for one sample, UPLINK_PORT.batch for more.
 *  0 when it does not fit in `into` (try fewer samples), when there are no samples or more than 16, and for quantities that are
 *  neither a row of QUANTITY_SETS nor ascending ids. Values are rounded to the wire step, half a step away from zero. */
export function encodeSamples(group: SampleGroup, into: Uint8Array): number {
  const { count } = group.readings
  const setId = setIdOf(group.quantities)
  const mask = setId ? 0 : maskOf(group.quantities)
  if (count < 1 || count > SAMPLES_MAX || (!setId && !mask)) return 0
  const flagged = isFlagged(group.readings)
  const head = {
    epochAlias: group.epoch & 0xff,
    sequenceLow: group.sequence & 0xffff,
    setId,
    acknowledgementWanted: group.acknowledgementWanted ? 1 : 0,
    aged: group.ageSeconds > 0 || group.ageUncertain ? 1 : 0,
    flagged,
    mask,
    count,
    intervalSeconds: group.intervalSeconds,
    ageSeconds: group.ageSeconds,
    ageUncertain: group.ageUncertain ? 1 : 0,
    ageErrorSeconds: group.ageErrorSeconds === undefined ? NO_BOUND : group.ageErrorSeconds,
  }
  const port = new ModelWriter(into)
  walkHead(port, head, count > 1)
  walkRows(port, group.quantities, group.readings, flagged)
  return port.finish()
}
