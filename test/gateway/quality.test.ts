/** Which flag is published, and how the gateway's filter follows each quantity of each node. */
import { describe, expect, test } from 'vitest'
import { FLAG } from '../../core/flags.ts'
import type { FieldNode } from '../../gateway/nodes/node.ts'
import { Received } from '../../gateway/nodes/received.ts'
import { judgeSamples, worstFlag, type Judged } from '../../gateway/quality.ts'

const NOW = 1_800_000_000_000
const TEMPERATURE = 3
const LAMP_LEVEL = 18

function node(): FieldNode {
  return { device: { devEui: 'aa' }, filters: new Map() } as unknown as FieldNode
}

function judge(
  of: FieldNode,
  sequence: number,
  values: number[],
  receivedMs: number,
  received = new Received({ nextSequence: 0, above: [] }),
  quantity = TEMPERATURE,
): Judged {
  const samples = values.map((value) => ({ values: [value], flags: [FLAG.good as number] }))
  const decoded = {
    epochAlias: 1,
    sequenceLow: sequence,
    quantities: [quantity],
    acknowledgementWanted: false,
    ageSeconds: 0,
    ageUncertain: false,
    intervalSeconds: 600,
    samples,
  }
  const epoch = {
    devEui: 'aa',
    epoch: 1,
    nextSequence: 0,
    lowestSequence: 0,
    setId: 0,
    reportSeconds: 600,
    firmwareVersion: 1,
    helloMs: 0,
  }
  return judgeSamples(
    of,
    { kind: 'samples', samples: decoded, epoch, received, firstSequence: sequence },
    receivedMs,
  )
}

const flags = ({ samples }: Judged): number[] => samples.map(([record]) => record!.flag)

describe('the worse of two flags', () => {
  const order = [FLAG.notEvaluated, FLAG.good, FLAG.suspect, FLAG.fail, FLAG.missing]
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries())
      test(`${a} and ${b}`, () => expect(worstFlag(a, b)).toBe(i > j ? a : b))
  }
})

test('where only the range is looked at, a value is judged and no state is kept', () => {
  const of = node()
  const judged = judge(of, 0, [0, 100, 101], NOW, undefined, LAMP_LEVEL)
  expect(flags(judged)).toEqual([FLAG.good, FLAG.good, FLAG.fail])
  expect(judged.filterStates).toEqual([])
  expect(of.filters.size).toBe(0)
})

test('a jump that no air makes is suspect, and its neighbours are not', () => {
  const steady = [2500, 2510, 2500, 2510, 6000, 2500, 2510]
  const judged = judge(node(), 0, steady, NOW)
  expect(flags(judged)).toEqual([1, 1, 1, 1, 3, 1, 1])
  expect(judged.samples.map(([record]) => record!.timeMs)).toEqual(
    steady.map((_, index) => NOW - (6 - index) * 600_000),
  )
  expect(judged.filterStates).toHaveLength(1)
})

test('the state goes on from packet to packet', () => {
  const of = node()
  judge(of, 0, [2500, 2510, 2500, 2510], NOW)
  expect(flags(judge(of, 4, [6000], NOW + 600_000))).toEqual([3])
})

test('what comes late is judged alone and does not move the state', () => {
  const of = node()
  judge(of, 5, [2500, 2510, 2500, 2510], NOW)
  const before = Int32Array.from(of.filters.get(TEMPERATURE)!.words)
  const late = judge(of, 0, [6000, 9000], NOW - 3_600_000)
  expect(flags(late)).toEqual([1, 4])
  expect(late.filterStates).toEqual([])
  expect(of.filters.get(TEMPERATURE)!.words).toEqual(before)
})

test('what is already stored is not filtered again', () => {
  const of = node()
  const judged = judge(of, 0, [9000, 2500], NOW, new Received({ nextSequence: 1, above: [] }))
  expect(flags(judged)).toEqual([1, 1])
  expect(of.filters.get(TEMPERATURE)!.timeMs).toBe(NOW)
})
