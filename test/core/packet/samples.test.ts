/** Samples there and back: what goes in comes out, rounded as docs/PACKET.md says, and nothing else gets in. */
import { describe, expect, test } from 'vitest'
import { FLAG } from '../../../core/flags.ts'
import { UPLINK_PORT, decodeSamples, encodeSamples } from '../../../core/packet/index.ts'
import { QUANTITIES } from '../../../core/quantities.ts'
import {
  anyGroupComesBack,
  encoded,
  expectNoOtherLength,
  expectOnlyWhatEncodes,
  expectSame,
  flags,
  groupOf,
  seed,
  there,
} from './groups.ts'

describe('samples', () => {
  test('any group comes back, rounded to the wire steps: 100 of them', () => anyGroupComesBack(100))

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
  test('every truncation is refused, and every byte too many: 20 packets', () => expectNoOtherLength(20))

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

  test(`2,000 random and mutated packets never throw, and what is taken is just what encodes to it, seed ${seed}`, () =>
    expectOnlyWhatEncodes(2_000))
})
