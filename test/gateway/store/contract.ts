/** What every store has to keep to: a function of how one is opened. Each engine runs all of it, none skips a case. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  StoreError,
  type Command,
  type Device,
  type Store,
  type Update,
} from '../../../gateway/store/store.ts'
import { EUI, OTHER, epochOf, sample, samplesContract } from './samplesContract.ts'

const device: Device = {
  devEui: EUI,
  joinEui: '0000000000000001',
  appKey: '000102030405060708090a0b0c0d0e0f',
  name: 'Đèn cổng làng',
  profile: 'light',
  link: 'mqtt',
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

const update: Update = {
  devEui: EUI,
  transfer: 0xfedcba98,
  version: 0xffffffff,
  ticketBytes: 2589,
  bundleBytes: 1_048_576,
  state: 'queued',
  reason: '',
  received: 0,
  pieces: 0,
  running: null,
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
    updateContract(() => store)
    auditContract(() => store)
    failureContract(() => store)
  })
}

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
    const heard = { devEui: EUI, lastSeenMs: 5, rssiDbm: -119, snrDb: -7.5, reportSeconds: null }
    await store().putHeard({ ...heard, rssiDbm: null })
    await store().putHeard(heard)
    expect(await store().heard()).toEqual([heard])
  })

  test('the last health packet', async () => {
    const health = {
      ...{
        devEui: EUI,
        receivedMs: 5,
        resetReason: 4,
        supply: 1,
        mode: 2,
        clock: 1,
        errors: 9,
        brownOuts: 1,
      },
      ...{
        crashes: 2,
        powerOns: 3,
        settingsVersion: 0xbeef,
        freeVariables: 700,
        batteryMillivolts: 3_500,
        held: 12,
      },
    }
    await store().write({ healths: [{ ...health, mode: 0 }] })
    await store().write({ healths: [health, { ...health, devEui: OTHER }] })
    expect(await store().healths()).toEqual(
      [health, { ...health, devEui: OTHER }].sort((a, b) => (a.devEui < b.devEui ? -1 : 1)),
    )
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

function updateContract(store: () => Store): void {
  test('the last update of each node', async () => {
    const other = { ...update, devEui: OTHER, state: 'refused', reason: 'otherBoard' } as const
    await store().write({ updates: [update, other] })
    await store().write({ updates: [{ ...update, state: 'sending', received: 64, pieces: 300, running: 7 }] })
    expect(await store().updates()).toEqual(
      [{ ...update, state: 'sending', received: 64, pieces: 300, running: 7 }, other].sort((a, b) =>
        a.devEui < b.devEui ? -1 : 1,
      ),
    )
  })

  test('releases, every byte of them, and what is not kept is gone', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255)
    // A view into something larger, as what was read from a request is.
    const release = { transfer: 0xfedcba98, ticket: bytes.subarray(3, 2_592), bundle: bytes.subarray(5) }
    await store().write({ releases: [release, { ...release, transfer: 1 }, { ...release, transfer: 2 }] })
    const found = (await store().release(0xfedcba98))!
    expect(found.transfer).toBe(release.transfer)
    expect(Buffer.compare(found.ticket, release.ticket)).toBe(0)
    expect(Buffer.compare(found.bundle, release.bundle)).toBe(0)
    await store().write({ keptReleases: [1], releases: [{ ...release, transfer: 3 }] })
    const there = await Promise.all([0xfedcba98, 1, 2, 3].map((transfer) => store().release(transfer)))
    expect(there.map((each) => each !== undefined)).toEqual([false, true, false, true])
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
