/** The bytes of an uplink into samples. It accepts just what encodeSamples writes: whatever it has read it encodes again and compares,
 *  so that there is one packet for one content and nothing else gets in. */
import { FLAG } from '../flags.ts'
import { encodeSamples } from './encode.ts'
import { NO_BOUND, walkHead, type Head } from './head.ts'
import { ModelReader } from './model.ts'
import { quantitiesOf } from './sets.ts'
import { UPLINK_PORT, type DecodedSamples, type PacketError, type SampleGroup } from './types.ts'
import { walkRows } from './walk.ts'
import { QUANTITY_MAX } from './wire.ts'

/** Ids in ascending order of the bits set. */
function quantitiesIn(mask: number): number[] {
  const ids: number[] = []
  for (let id = 1; id <= 32; id++) if ((mask >>> (id - 1)) & 1) ids.push(id)
  return ids
}

/** Samples that wait to be read: values 0, flags good. */
function emptyReadings(count: number, width: number) {
  const values = new Array<number>(count * width).fill(0)
  const flags = new Array<number>(count * width).fill(FLAG.good)
  return { count, width, values, flags }
}

/** The readings as they are stored: a sample each. */
function samplesOf({
  count,
  width,
  values,
  flags,
}: ReturnType<typeof emptyReadings>): DecodedSamples['samples'] {
  const samples: DecodedSamples['samples'] = []
  for (let at = 0; at < count * width; at += width)
    samples.push({ values: values.slice(at, at + width), flags: flags.slice(at, at + width) })
  return samples
}

/** True when encoding what was decoded gives the same bytes again. */
function isCanonical(group: SampleGroup, bytes: Uint8Array): boolean {
  const again = new Uint8Array(bytes.length)
  if (encodeSamples(group, again) !== bytes.length) return false
  return again.every((byte, i) => byte === bytes[i])
}

/** Quantities of a set, or of the mask; undefined when the wire names an unknown one. */
function namedQuantities(head: Head): number[] | undefined {
  if (head.setId) return quantitiesOf(head.setId)?.slice()
  const ids = quantitiesIn(head.mask)
  return ids.length && ids[ids.length - 1]! <= QUANTITY_MAX ? ids : undefined
}

/** Reads a packet that came on this port. Errors: 'port' (it carries no samples), 'short', 'long', 'set' (unknown set or quantity),
 *  'range' (not what an encoder writes). It never throws and never reads more than it is given. */
export function decodeSamples(port: number, bytes: Uint8Array): DecodedSamples | PacketError {
  if (port !== UPLINK_PORT.sample && port !== UPLINK_PORT.batch) return 'port'
  // prettier-ignore
  const head: Head = {
    epochAlias: 0, sequenceLow: 0, setId: 0, acknowledgementWanted: 0, aged: 0, flagged: 0,
    mask: 0, count: 1, intervalSeconds: 0, ageSeconds: 0, ageUncertain: 0, ageErrorSeconds: NO_BOUND,
  }
  const reader = new ModelReader(bytes)
  walkHead(reader, head, port === UPLINK_PORT.batch)
  if (reader.position > bytes.length * 8) return 'short'
  const quantities = namedQuantities(head)
  if (!quantities) return 'set'
  if (port === UPLINK_PORT.batch && head.count === 1) return 'range'
  const readings = emptyReadings(head.count, quantities.length)
  walkRows(reader, quantities, readings, head.flagged)
  const end = reader.finish()
  if (end) return end
  const common = {
    quantities,
    acknowledgementWanted: head.acknowledgementWanted === 1,
    ageSeconds: head.ageSeconds,
    ageUncertain: head.ageUncertain === 1,
    ageErrorSeconds: head.ageErrorSeconds === NO_BOUND ? undefined : head.ageErrorSeconds,
    intervalSeconds: head.intervalSeconds,
  }
  const { epochAlias, sequenceLow } = head
  const group = { ...common, epoch: epochAlias, sequence: sequenceLow, readings }
  if (!isCanonical(group, bytes)) return 'range'
  return { ...common, epochAlias, sequenceLow, samples: samplesOf(readings) }
}
