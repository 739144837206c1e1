/** Samples there and back: what goes in comes out, rounded as docs/PACKET.md says, and nothing else gets in. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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

const seed = 4711
const flags = Object.values(FLAG)
const bytesMax = 1200

/** Nearest multiple of the step, half a step away from zero, within what the wire can say. */
function rounded(id: number, value: number): number {
  const step = quantity(id)!.wireStep
  const limited = Math.min(Math.abs(value), 2147480000)
  return Math.sign(value) * Math.floor((limited + Math.floor(step / 2)) / step) * step + 0
}

function groupOf(quantities: readonly number[], rows: number[][], flagRows?: number[][]): SampleGroup {
  const samples = rows.map((row, i) => ({
    sequence: 70_000 + i,
    values: Int32Array.from(row),
    flags: Uint8Array.from(flagRows?.[i] ?? row.map(() => FLAG.good)),
  }))
  return {
    epoch: 0xcafe_f00d,
    quantities,
    samples,
    ageSeconds: 0,
    ageUncertain: false,
    intervalSeconds: samples.length > 1 ? 600 : 0,
    acknowledgementWanted: false,
  }
}

function encoded(group: SampleGroup): Uint8Array {
  const into = new Uint8Array(bytesMax).fill(0xff)
  return into.slice(0, encodeSamples(group, into))
}

const portOf = (group: SampleGroup): number =>
  group.samples.length === 1 ? UPLINK_PORT.sample : UPLINK_PORT.batch

/** Encodes and decodes; fails on a named error. */
function there(group: SampleGroup): DecodedSamples {
  const bytes = encoded(group)
  expect(bytes.length).toBeGreaterThan(0)
  const decoded = decodeSamples(portOf(group), bytes)
  if (typeof decoded === 'string') throw new Error(`${decoded}: ${Buffer.from(bytes).toString('hex')}`)
  return decoded
}

/** Expects the values rounded and the flags as they were. */
function expectSame(group: SampleGroup): void {
  const decoded = there(group)
  expect(decoded.quantities).toEqual([...group.quantities])
  expect(decoded.epochAlias).toBe(group.epoch & 0xff)
  expect(decoded.sequenceLow).toBe(group.samples[0]!.sequence & 0xffff)
  expect(decoded.acknowledgementWanted).toBe(group.acknowledgementWanted)
  expect(decoded.ageUncertain).toBe(group.ageUncertain)
  const wanted = group.samples.map((sample) => ({
    flags: [...sample.flags],
    values: group.quantities.map((id, c) =>
      sample.flags[c] === FLAG.missing ? 0 : rounded(id, sample.values[c]!),
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
      samples: fc
        .tuple(
          fc.integer({ min: 0, max: 0xffffffff }),
          fc.array(fc.tuple(row, flagRow), { minLength: count, maxLength: count }),
        )
        .map(([first, rows]) =>
          rows.map(([values, each], i) => ({
            sequence: (first + i) >>> 0,
            values: Int32Array.from(values),
            flags: Uint8Array.from(each),
          })),
        ),
      ageSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000_000 })),
      ageUncertain: fc.boolean(),
      intervalSeconds: fc.constantFrom(60, 600, 3600, 1, 77, 86400, 0),
      acknowledgementWanted: fc.boolean(),
    })
  })

describe('samples', () => {
  test('any group comes back, rounded to the wire steps', () => {
    fc.assert(fc.property(anyGroup, expectSame), { seed, numRuns: 3000 })
  })

  for (const each of QUANTITIES) {
    test(`${each.name} comes back at its ends, past them, and at the ends of an int32`, () => {
      const narrowEnd = each.wireMin + (2 ** each.wireBits - 2) * each.wireStep
      const ends = [each.min * each.perUnit, each.max * each.perUnit, each.wireMin, narrowEnd]
      const values = [
        ...ends,
        narrowEnd + each.wireStep,
        each.wireMin - each.wireStep,
        2147483647,
        -2147483648,
        0,
      ]
      for (const value of values) expectSame(groupOf([each.id], [[value]]))
      expectSame(
        groupOf(
          [each.id],
          values.map((value) => [value]),
        ),
      )
    })
  }

  test('half a step goes away from zero', () => {
    const values = [45, 44, -45, -44, 5, -5].map((value) => [value])
    expect(there(groupOf([3], values)).samples.map((sample) => sample.values[0])).toEqual([
      50, 40, -50, -40, 10, -10,
    ])
  })

  test('all five flags come back, and missing readings cost no value', () => {
    const all = flags.map((flag) => [flag, FLAG.good, FLAG.good, FLAG.good])
    for (const row of all) expectSame(groupOf([1, 3, 4, 16], [[3270, 2510, 8000, 4010]], [row]))
    const values = all.map(() => [3270, 2510, 8000, 4010])
    expectSame(groupOf([1, 3, 4, 16], values, all))
    const nothing = [FLAG.missing, FLAG.missing, FLAG.missing, FLAG.missing]
    expectSame(groupOf([1, 3, 4, 16], [values[0]!], [nothing]))
    expect(encoded(groupOf([1, 3, 4, 16], [values[0]!], [nothing]))).toHaveLength(6)
  })

  test('what is no flag is sent as not evaluated', () => {
    expect(there(groupOf([3], [[100]], [[0]])).samples[0]!.flags).toEqual([FLAG.notEvaluated])
  })

  test('ages: to the second, to 32 s, to 2 min, and roughly when uncertain', () => {
    const rows = [
      [0, false, 0],
      [1, false, 1],
      [4095, false, 4095],
      [4096, false, 4096],
      [4111, false, 4096],
      [4113, false, 4128],
      [262_127, false, 262_112],
      [262_155, false, 262_112],
      [262_156, false, 262_200],
      [99_000_000, false, 32_767 * 120],
      [89, true, 60],
      [90, true, 120],
      [15_449, true, 15_300],
      [15_450, true, 15_600],
      [153_899, true, 153_000],
      [934_199, true, 918_000],
      [934_200, true, 950_400],
      [99_000_000, true, 255 * 43_200],
    ] as const
    for (const [ageSeconds, ageUncertain, back] of rows) {
      const decoded = there({ ...groupOf([3], [[100]]), ageSeconds, ageUncertain })
      expect([decoded.ageSeconds, decoded.ageUncertain]).toEqual([back, ageUncertain])
    }
  })

  test('every interval up to 85 hours comes back within 1 %, the usual ones exactly', () => {
    const group = groupOf([3], [[100], [100]])
    for (let seconds = 0; seconds <= 306_600; seconds += seconds < 6000 ? 1 : 37) {
      const back = there({ ...group, intervalSeconds: seconds }).intervalSeconds
      expect(Math.abs(back - seconds)).toBeLessThanOrEqual(seconds / 100)
    }
    for (const seconds of [0, 1, 60, 120, 300, 511, 600, 900, 1800, 3600, 5110, 7200, 28_800, 86_400]) {
      expect(there({ ...group, intervalSeconds: seconds }).intervalSeconds).toBe(seconds)
    }
    expect(there({ ...group, intervalSeconds: 999_999 }).intervalSeconds).toBe(306_600)
  })

  test('a packet needs nothing of the one before, and a second call writes the same bytes', () => {
    const group = groupOf([9, 3, 16], [[22060, 2510, 4010]])
    const into = new Uint8Array(64)
    const first = into.slice(0, encodeSamples(group, into))
    expect(into.slice(0, encodeSamples(group, into))).toEqual(first)
    expect(first).toEqual(encoded(group))
  })
})

describe('what does not fit', () => {
  test('gives 0 for every length below its own, and does not write behind the end', () => {
    const group = groupOf(
      [1, 3, 4, 16],
      [
        [3270, 2510, 8000, 4010],
        [3280, 2520, 8010, 4010],
      ],
    )
    const full = encoded(group)
    for (let length = 0; length < full.length; length++) {
      const room = new Uint8Array(full.length + 8).fill(0x5a)
      expect(encodeSamples(group, room.subarray(0, length))).toBe(0)
      expect(room.subarray(length).every((byte) => byte === 0x5a)).toBe(true)
    }
    expect(encodeSamples(group, new Uint8Array(full.length))).toBe(full.length)
  })

  test('gives 0: no samples, too many, ids unknown, twice or out of order', () => {
    const rows = (count: number, columns: number): number[][] =>
      Array.from({ length: count }, () => new Array<number>(columns).fill(100))
    expect(encoded(groupOf([3], []))).toHaveLength(0)
    expect(encoded(groupOf([3], rows(17, 1)))).toHaveLength(0)
    for (const ids of [[], [0], [31], [4, 3], [3, 3], [-1]])
      expect(encoded(groupOf(ids, rows(1, ids.length)))).toHaveLength(0)
  })
})

describe('refusals', () => {
  const some = fc.sample(anyGroup, { seed, numRuns: 300 }).map((group) => ({ group, bytes: encoded(group) }))

  test('every truncation is refused, and every byte too many', () => {
    for (const { group, bytes } of some) {
      for (let length = 0; length < bytes.length; length++) {
        const decoded = decodeSamples(portOf(group), bytes.subarray(0, length))
        if (typeof decoded !== 'string')
          throw new Error(`${length} of ${Buffer.from(bytes).toString('hex')} was taken`)
      }
      expect(decodeSamples(portOf(group), Uint8Array.from([...bytes, 0]))).toBeTypeOf('string')
    }
  })

  test('each has its name', () => {
    const plain = encoded(groupOf([1, 3, 4, 16], [[3270, 2510, 8000, 4010]]))
    const change = (at: number, to: number): Uint8Array => plain.map((byte, i) => (i === at ? to : byte))
    expect(decodeSamples(4, plain)).toBe('port')
    expect(decodeSamples(UPLINK_PORT.sample, plain.slice(0, 3))).toBe('short')
    expect(decodeSamples(UPLINK_PORT.sample, plain.slice(0, 8))).toBe('short')
    expect(decodeSamples(UPLINK_PORT.sample, Uint8Array.from([...plain, 0]))).toBe('long')
    expect(decodeSamples(UPLINK_PORT.sample, change(3, 31 << 3))).toBe('set')
    expect(decodeSamples(UPLINK_PORT.sample, Uint8Array.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0]))).toBe(
      'set',
    )
    expect(decodeSamples(UPLINK_PORT.sample, change(8, plain[8]! | 1))).toBe('range')
    expect(decodeSamples(UPLINK_PORT.batch, Uint8Array.from([1, 0, 0, 16, 8, 0, 0, 0, 0, 0]))).toBe('range')
  })

  test(`100,000 random and mutated packets never throw, and what is taken is just what encodes to it, seed ${seed}`, () => {
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
      const again = { ...decoded, epoch: decoded.epochAlias, samples: group.samples }
      again.samples.forEach((sample, i) => (sample.sequence = decoded.sequenceLow + i))
      if (Buffer.compare(encoded(again), bytes)) throw new Error(Buffer.from(bytes).toString('hex'))
    }
    for (let i = 0; i < 40_000; i++) look(random(6), randomBytes(random, 60))
    for (let i = 0; i < 60_000; i++) {
      const { group, bytes } = some[random(some.length)]!
      look(portOf(group), mutated(random, bytes))
    }
    expect(taken).toBeGreaterThan(1000)
  })
})
