/** Groups of samples of every kind, and what holds for all of them, as often as a test wants it: they come back as they went, cut short they are refused,
 *  and bytes that are nobody's are refused or are just what encodes to them. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { FLAG } from '../../../core/flags.ts'
import {
  QUANTITY_SETS,
  UPLINK_PORT,
  decodeSamples,
  encodeSamples,
  type DecodedSamples,
  type SampleGroup,
} from '../../../core/packet/index.ts'
import { QUANTITIES, quantity } from '../../../core/quantities.ts'
import { mutated, randomBytes, randomFrom } from './mangle.ts'
import { readingsOf } from './readingsOf.ts'

export const seed = 4711
export const flags = Object.values(FLAG)
const bytesMax = 1200

/** Nearest multiple of the step, half a step away from zero, within what the wire can say. */
function rounded(id: number, value: number): number {
  const step = quantity(id)!.wireStep
  const limited = Math.min(Math.abs(value), 2147480000)
  return Math.sign(value) * Math.floor((limited + Math.floor(step / 2)) / step) * step + 0
}

export function groupOf(quantities: readonly number[], rows: number[][], flagRows?: number[][]): SampleGroup {
  return {
    epoch: 0xcafe_f00d,
    quantities,
    sequence: 70_000,
    readings: readingsOf(rows, flagRows),
    ageSeconds: 0,
    ageUncertain: false,
    intervalSeconds: rows.length > 1 ? 600 : 0,
    acknowledgementWanted: false,
  }
}

export function encoded(group: SampleGroup): Uint8Array {
  const into = new Uint8Array(bytesMax).fill(0xff)
  return into.slice(0, encodeSamples(group, into))
}

const portOf = (group: SampleGroup): number =>
  group.readings.count === 1 ? UPLINK_PORT.sample : UPLINK_PORT.batch

/** Encodes and decodes; fails on a named error. */
export function there(group: SampleGroup): DecodedSamples {
  const bytes = encoded(group)
  expect(bytes.length).toBeGreaterThan(0)
  const decoded = decodeSamples(portOf(group), bytes)
  if (typeof decoded === 'string') throw new Error(`${decoded}: ${Buffer.from(bytes).toString('hex')}`)
  return decoded
}

/** Expects the values rounded and the flags as they were. */
export function expectSame(group: SampleGroup): void {
  const decoded = there(group)
  expect(decoded.quantities).toEqual([...group.quantities])
  expect(decoded.epochAlias).toBe(group.epoch & 0xff)
  expect(decoded.sequenceLow).toBe(group.sequence & 0xffff)
  expect(decoded.acknowledgementWanted).toBe(group.acknowledgementWanted)
  expect(decoded.ageUncertain).toBe(group.ageUncertain)
  const { count, width, values, flags: sent } = group.readings
  const wanted = Array.from({ length: count }, (_, i) => ({
    flags: group.quantities.map((_id, c) => sent[i * width + c]),
    values: group.quantities.map((id, c) =>
      sent[i * width + c] === FLAG.missing ? 0 : rounded(id, values[i * width + c]!),
    ),
  }))
  expect(decoded.samples.map((sample) => ({ flags: sample.flags, values: sample.values }))).toEqual(wanted)
}

const setQuantities = fc.constantFrom(...QUANTITY_SETS.map((each) => each.quantities))
const maskQuantities = fc
  .uniqueArray(fc.integer({ min: 1, max: QUANTITIES.length }), { minLength: 1, maxLength: 30 })
  .map((ids) => ids.sort((a, b) => a - b))
const anyQuantities = fc.oneof(setQuantities, maskQuantities)

/** Values as fields have them: near each other, far apart, at the ends of an int32. */
const anyValue = (id: number): fc.Arbitrary<number> => {
  const { perUnit, min, max } = quantity(id)!
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 20 * perUnit, max: 21 * perUnit }) },
    { weight: 3, arbitrary: fc.integer({ min: min * perUnit, max: max * perUnit }) },
    { weight: 1, arbitrary: fc.constantFrom(min * perUnit, max * perUnit, -2147483648, 2147483647, 0, -1) },
  )
}

const anyGroup: fc.Arbitrary<SampleGroup> = fc
  .tuple(anyQuantities, fc.integer({ min: 1, max: 16 }), fc.boolean())
  .chain(([quantities, count, allGood]) => {
    const row = fc.tuple(...quantities.map(anyValue))
    const flagRow = fc.tuple(
      ...quantities.map(() => (allGood ? fc.constant(FLAG.good) : fc.constantFrom(...flags))),
    )
    return fc.record({
      epoch: fc.integer({ min: 0, max: 0xffffffff }),
      quantities: fc.constant(quantities),
      sequence: fc.integer({ min: 0, max: 0xffffffff }),
      readings: fc.array(fc.tuple(row, flagRow), { minLength: count, maxLength: count }).map((rows) =>
        readingsOf(
          rows.map(([values]) => values),
          rows.map(([, each]) => each),
        ),
      ),
      ageSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000_000 })),
      ageUncertain: fc.boolean(),
      intervalSeconds: fc.constantFrom(60, 600, 3600, 1, 77, 86400, 0),
      acknowledgementWanted: fc.boolean(),
    })
  })

export function anyGroupComesBack(groups: number): void {
  fc.assert(fc.property(anyGroup, expectSame), { seed, numRuns: groups })
}

interface Packet {
  readonly group: SampleGroup
  readonly bytes: Uint8Array
}

const some = (groups: number): Packet[] =>
  fc.sample(anyGroup, { seed, numRuns: groups }).map((group) => ({ group, bytes: encoded(group) }))

/** Every length below its own, and a byte too many. */
export function expectNoOtherLength(groups: number): void {
  for (const { group, bytes } of some(groups)) {
    for (let length = 0; length < bytes.length; length++) {
      const decoded = decodeSamples(portOf(group), bytes.subarray(0, length))
      if (typeof decoded !== 'string')
        throw new Error(`${length} of ${Buffer.from(bytes).toString('hex')} was taken`)
    }
    expect(decodeSamples(portOf(group), Uint8Array.from([...bytes, 0]))).toBeTypeOf('string')
  }
}

/** Random packets, two in five, and mutated ones. */
export function expectOnlyWhatEncodes(packets: number): void {
  const random = randomFrom(seed)
  let taken = 0
  const look = (port: number, bytes: Uint8Array): void => {
    const decoded = decodeSamples(port, bytes)
    if (typeof decoded === 'string') return
    taken++
    const group = groupOf(
      decoded.quantities,
      decoded.samples.map((row) => row.values),
      decoded.samples.map((row) => row.flags),
    )
    const { epochAlias: epoch, sequenceLow: sequence } = decoded
    const again = { ...decoded, epoch, sequence, readings: group.readings }
    if (Buffer.compare(encoded(again), bytes)) throw new Error(Buffer.from(bytes).toString('hex'))
  }
  const whole = some(300)
  for (let i = 0; i < packets * 0.4; i++) look(random(6), randomBytes(random, 60))
  for (let i = 0; i < packets * 0.6; i++) {
    const { group, bytes } = whole[random(whole.length)]!
    look(portOf(group), mutated(random, bytes))
  }
  expect(taken).toBeGreaterThan(packets / 100)
}
