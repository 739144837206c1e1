/** What a store has to keep to about samples: exactly once, in any order, nothing dropped. Part of contract.ts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FLAG } from '../../../core/flags.ts'
import type { Epoch, Record, Store } from '../../../gateway/store/store.ts'

export const EUI = '70b3d57ed0000001'
export const OTHER = '70b3d57ed0000002'
const seed = 20_251
const minute = 60_000

/** A sample of two quantities. */
export function sample(sequence: number, changes: Partial<Record> = {}): Record[] {
  const timeMs = 1_760_000_000_000 + sequence * 10 * minute
  const first = {
    devEui: EUI,
    epoch: 0xdeadbeef,
    sequence,
    quantity: 3,
    timeMs,
    timeUncertain: false,
    value: 2510 + sequence,
    nodeFlag: FLAG.good,
    flag: FLAG.good,
    tests: 0,
    receivedMs: timeMs + 1500,
    ...changes,
  }
  return [first, { ...first, quantity: 16, value: 4010 }]
}

/** A hello of this epoch. */
export const epochOf = (epoch: number): Epoch => ({
  devEui: EUI,
  epoch,
  nextSequence: 12,
  lowestSequence: 0,
  setId: 1,
  reportSeconds: 600,
  firmwareVersion: 3,
  helloMs: 1_760_000_000_000 + epoch,
})

export function samplesContract(store: () => Store): void {
  test('a sample is stored once, whatever its times and the gateway’s flags are the second time', async () => {
    expect(await store().appendSamples([sample(0)])).toEqual(['stored'])
    const again = sample(0, { receivedMs: 1, flag: FLAG.suspect, tests: 16, timeMs: 5, timeUncertain: true })
    expect(await store().appendSamples([again, again.slice().reverse()])).toEqual(['duplicate', 'duplicate'])
    expect(await store().readings(EUI, 3, 0, Infinity, 10)).toEqual([sample(0)[0]])
    expect(await store().totals()).toEqual({ samples: 1, readings: 2, duplicates: 2, conflicts: 0 })
  })

  test('the same key with other content is kept apart, once, and reported each time', async () => {
    const other = sample(0, { value: 9999, receivedMs: 77 })
    expect(await store().appendSamples([sample(0), other, other])).toEqual(['stored', 'conflict', 'conflict'])
    expect(await store().conflicts(EUI, 10)).toEqual([{ receivedMs: 77, records: other }])
    expect(await store().conflicts(OTHER, 10)).toEqual([])
    expect(await store().readings(EUI, 3, 0, Infinity, 10)).toEqual([sample(0)[0]])
    expect(await store().totals()).toMatchObject({ samples: 1, conflicts: 1 })
  })

  test('another flag of the node, another quantity and a quantity less are other content', async () => {
    await store().appendSamples([sample(0)])
    const flagged = sample(0, { nodeFlag: FLAG.suspect })
    const exchanged = sample(0).map((each) => ({ ...each, quantity: each.quantity + 1 }))
    expect(await store().appendSamples([flagged, exchanged, [sample(0)[0]!]])).toEqual([
      'conflict',
      'conflict',
      'conflict',
    ])
    expect((await store().conflicts(EUI, 2)).map((each) => each.records)).toEqual([exchanged, [sample(0)[0]]])
  })

  test('devices and epochs are apart', async () => {
    const samples = [sample(0), sample(0, { devEui: OTHER }), sample(0, { epoch: 1, value: 1 })]
    expect(await store().appendSamples(samples)).toEqual(['stored', 'stored', 'stored'])
    expect(await store().storedSequences(EUI, 1)).toEqual({ nextSequence: 1, above: [] })
    expect(await store().readings(OTHER, 3, 0, Infinity, 10)).toHaveLength(1)
  })

  test('stored sequences in any order: all below the gap, and those above', async () => {
    const permutation = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 60 })
    let epoch = 0
    const holds = async (sequences: number[]): Promise<void> => {
      epoch++
      for (const sequence of sequences) await store().appendSamples([sample(sequence, { epoch })])
      let next = 0
      while (sequences.includes(next)) next++
      const above = sequences.filter((each) => each > next).sort((a, b) => a - b)
      expect(await store().storedSequences(EUI, epoch)).toEqual({ nextSequence: next, above })
    }
    await fc.assert(fc.asyncProperty(permutation, holds), { seed, numRuns: 30 })
    await holds(Array.from({ length: 600 }, (_, i) => 599 - i))
    await holds([0xffffffff, 0])
  })

  test('what the node has given up no longer holds the gap open', async () => {
    const epoch = { ...epochOf(9), lowestSequence: 3 }
    await store().appendSamples([sample(0, { epoch: 9 }), sample(3, { epoch: 9 }), sample(5, { epoch: 9 })])
    await store().putEpoch(epoch)
    expect(await store().storedSequences(EUI, 9)).toEqual({ nextSequence: 4, above: [5] })
    await store().putEpoch({ ...epoch, lowestSequence: 1 })
    expect(await store().storedSequences(EUI, 9)).toEqual({ nextSequence: 4, above: [5] })
  })

  test('readings of a span come oldest first, the newest when there are too many', async () => {
    for (const sequence of [5, 1, 3, 2, 4]) await store().appendSamples([sample(sequence)])
    const at = (sequence: number): number => sample(sequence)[0]!.timeMs
    const found = async (from: number, to: number, limit: number): Promise<number[]> =>
      (await store().readings(EUI, 3, from, to, limit)).map((each) => each.sequence)
    expect(await found(at(2), at(4), 10)).toEqual([2, 3, 4])
    expect(await found(0, at(9), 2)).toEqual([4, 5])
    expect(await found(at(6), at(9), 2)).toEqual([])
    expect(await store().readings('ffffffffffffffff', 3, 0, Infinity, 1)).toEqual([])
  })

  test('the latest of each quantity is the newest by its own time', async () => {
    await store().appendSamples([sample(4), sample(2), [sample(9, { quantity: 1, value: -5 })[0]!]])
    expect((await store().latest(EUI)).map((each) => [each.quantity, each.sequence])).toEqual([
      [1, 9],
      [3, 4],
      [16, 4],
    ])
    expect(await store().latest(OTHER)).toEqual([])
  })

  test('extreme numbers come back as they went', async () => {
    const extreme = sample(0xffffffff, {
      epoch: 0xffffffff,
      value: -2147483648,
      tests: 0x7fffffff,
      timeUncertain: true,
      timeErrorSeconds: 60 * 2 ** 30,
    })
    extreme[1]!.value = 2147483647
    await store().appendSamples([extreme])
    expect(await store().latest(EUI)).toEqual(extreme)
  })

  test('an uncertain time is kept with its bound, and without one', async () => {
    const doubtful = sample(1, { timeUncertain: true })
    await store().appendSamples([doubtful])
    expect(await store().readings(EUI, 3, 0, Infinity, 10)).toEqual([doubtful[0]])
    const bounded = sample(2, { timeUncertain: true, timeErrorSeconds: 60 })
    await store().appendSamples([bounded])
    expect(await store().readings(EUI, 3, 0, Infinity, 10)).toEqual([doubtful[0], bounded[0]])
  })

  test('calls that wait together are each answered for themselves, in order', async () => {
    const calls = Array.from({ length: 200 }, (_, i) => store().appendSamples([sample(i % 150)]))
    const outcomes = (await Promise.all(calls)).flat()
    expect(outcomes.slice(0, 150).every((each) => each === 'stored')).toBe(true)
    expect(outcomes.slice(150).every((each) => each === 'duplicate')).toBe(true)
  })
}
