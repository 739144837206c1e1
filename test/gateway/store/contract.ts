/** What every store has to keep to: a function of how one is opened. Each engine runs all of it, none skips a case. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FLAG } from '../../../core/flags.ts'
import {
  StoreError,
  type Command,
  type Device,
  type Record,
  type Store,
} from '../../../gateway/store/store.ts'

const EUI = '70b3d57ed0000001'
const OTHER = '70b3d57ed0000002'
const seed = 20_251
const minute = 60_000

/** A sample of two quantities. */
function sample(sequence: number, changes: Partial<Record> = {}): Record[] {
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

const device: Device = {
  devEui: EUI,
  joinEui: '0000000000000001',
  appKey: '000102030405060708090a0b0c0d0e0f',
  name: 'Đèn cổng làng',
  profile: 'light',
  latitude: 10.0312,
  longitude: 105.7469,
  lamp: { id: 'L1', group: 'main' },
}

const command: Command = {
  devEui: EUI,
  id: 7,
  levelPercent: 60,
  untilMs: 1_760_000_900_000,
  state: 'commanded',
  createdMs: 1_760_000_000_000,
  changedMs: 1_760_000_000_000,
  by: 'operator',
}

export function contract(name: string, openStore: () => Promise<Store>): void {
  describe(`${name} keeps the contract`, () => {
    let store: Store
    beforeEach(async () => void (store = await openStore()))
    afterEach(async () => store.close())

    samplesContract(() => store)
    settledContract(() => store)
    auditContract(() => store)
    failureContract(() => store)
  })
}

function samplesContract(store: () => Store): void {
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
    })
    extreme[1]!.value = 2147483647
    await store().appendSamples([extreme])
    expect(await store().latest(EUI)).toEqual(extreme)
  })

  test('calls that wait together are each answered for themselves, in order', async () => {
    const calls = Array.from({ length: 200 }, (_, i) => store().appendSamples([sample(i % 150)]))
    const outcomes = (await Promise.all(calls)).flat()
    expect(outcomes.slice(0, 150).every((each) => each === 'stored')).toBe(true)
    expect(outcomes.slice(150).every((each) => each === 'duplicate')).toBe(true)
  })
}

const epochOf = (epoch: number) => ({
  devEui: EUI,
  epoch,
  nextSequence: 12,
  lowestSequence: 0,
  setId: 1,
  intervalSeconds: 600,
  firmwareVersion: 3,
  helloMs: 1_760_000_000_000 + epoch,
})

function settledContract(store: () => Store): void {
  test('devices, with a lamp and without', async () => {
    const plain = { ...device, devEui: '0000000000000001', lamp: undefined }
    delete plain.lamp
    await store().putDevice(device)
    await store().putDevice(plain)
    await store().putDevice({ ...device, name: 'b' })
    expect(await store().devices()).toEqual([plain, { ...device, name: 'b' }])
  })

  test('sessions', async () => {
    const session = {
      devEui: EUI,
      devNonce: 65535,
      joinNonce: -1,
      devAddr: 0xfe000001,
      nwkSKey: 'ab'.repeat(16),
      appSKey: '',
      counterUp: -1,
      counterDown: 0xffffffff,
    }
    expect(await store().session(EUI)).toBeUndefined()
    await store().putSession(session)
    await store().putSession({ ...session, counterUp: 5 })
    expect(await store().session(EUI)).toEqual({ ...session, counterUp: 5 })
    expect(await store().sessions()).toEqual([{ ...session, counterUp: 5 }])
  })

  test('epochs, the latest hello last', async () => {
    await store().putEpoch(epochOf(20))
    await store().putEpoch(epochOf(10))
    expect(await store().epochs(EUI)).toEqual([epochOf(10), epochOf(20)])
    expect(await store().epochs(OTHER)).toEqual([])
  })

  test('what was heard', async () => {
    const heard = { devEui: EUI, lastSeenMs: 5, rssiDbm: -119, snrDb: -7.5, intervalSeconds: null }
    await store().putHeard({ ...heard, rssiDbm: null })
    await store().putHeard(heard)
    expect(await store().heard()).toEqual([heard])
  })

  test('filter states', async () => {
    const state = (quantity: number) => ({
      devEui: EUI,
      quantity,
      words: Int32Array.from([0, -1, 2147483647, -2147483648, quantity]),
      timeMs: 9,
    })
    await store().putFilterStates([state(9), state(3)])
    const found = await store().filterStates(EUI)
    expect(found).toEqual([state(3), state(9)])
    found[0]!.words[0] = 5
    expect(await store().filterStates(EUI)).toEqual([state(3), state(9)])
  })

  test('commands move from state to state', async () => {
    await store().putCommand(command)
    await store().putCommand({ ...command, id: 6, createdMs: command.createdMs + 1 })
    await store().putCommand({ ...command, state: 'confirmed', changedMs: 3 })
    expect((await store().commands(EUI)).map((each) => [each.id, each.state])).toEqual([
      [7, 'confirmed'],
      [6, 'commanded'],
    ])
    expect((await store().commands(EUI))[0]).toEqual({ ...command, state: 'confirmed', changedMs: 3 })
  })

  test('a write of everything at once', async () => {
    const outcomes = await store().write({
      samples: [sample(0)],
      devices: [device],
      commands: [command],
      epochs: [epochOf(1)],
      audit: [{ timeMs: 1, who: 'a', action: 'b', detail: 'c' }],
    })
    expect(outcomes).toEqual(['stored'])
    expect(await store().devices()).toEqual([device])
    expect(await store().audit(5)).toHaveLength(1)
  })

  test('what was handed in may be changed afterwards', async () => {
    const own = structuredClone(device)
    await store().putDevice(own)
    own.lamp!.id = 'changed'
    expect(await store().devices()).toEqual([device])
  })
}

function auditContract(store: () => Store): void {
  test('each row of the audit log is chained to the one before', async () => {
    for (let i = 0; i < 5; i++) {
      await store().appendAudit({ timeMs: i, who: 'operator', action: 'lamp', detail: `level ${i}` })
    }
    const rows = await store().audit(10)
    expect(rows.map((row) => row.index)).toEqual([1, 2, 3, 4, 5])
    let previous = '0'.repeat(64)
    for (const row of rows) {
      const text = JSON.stringify([row.index, previous, row.timeMs, row.who, row.action, row.detail])
      expect(row.previousHash).toBe(previous)
      expect(row.hash).toBe(createHash('sha256').update(text).digest('hex'))
      previous = row.hash
    }
    expect(await store().audit(2)).toEqual(rows.slice(3))
  })
}

function failureContract(store: () => Store): void {
  test('a write that fails writes nothing, and its neighbours are not touched', async () => {
    const calls = [
      store().appendSamples([sample(0)]),
      store().write({ samples: [sample(1), []], devices: [device] }),
      store().appendSamples([sample(2)]),
    ]
    const results = await Promise.allSettled(calls)
    expect(results.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({
      name: 'StoreError',
      reason: 'failed',
    })
    expect(await store().storedSequences(EUI, 0xdeadbeef)).toEqual({ nextSequence: 1, above: [2] })
    expect(await store().devices()).toEqual([])
    expect(await store().totals()).toMatchObject({ samples: 2, readings: 4 })
  })

  test('a closed store refuses, and closing twice is harmless', async () => {
    const pending = store().appendSamples([sample(0)])
    await store().close()
    expect(await pending).toEqual(['stored'])
    await expect(store().devices()).rejects.toBeInstanceOf(StoreError)
    await expect(store().devices()).rejects.toMatchObject({ reason: 'closed' })
    await store().close()
  })
}
