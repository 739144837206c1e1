/** Updates over the air through the whole gateway: HTTP, store, pipeline, broker, and a node behind a client that is not ours. */
import { describe, expect, test } from 'vitest'
import { OFFER_AGAIN_MS } from '../../../gateway/update/desk.ts'
import { arrivesWhole, seed } from './badRadio.ts'
import { makeRelease } from './release.ts'
import { UpdateSite } from './updateSite.ts'

const its = UpdateSite.forEachTest()

describe('an update', () => {
  test('goes from the operator to the node, which says what became of it', async () => {
    const node = await its.node(2)
    const release = makeRelease(7)
    await its.bring(release, [node])
    expect(await its.seen(node)).toMatchObject({
      state: 'queued',
      version: 7,
      received: 0,
      pieces: 0,
      running: null,
    })
    expect(node.offer).toBeUndefined()
    await node.ping()
    expect(node.offer).toMatchObject({
      transfer: release.transfer,
      version: 7,
      bundleBytes: 5_000,
      pieceBytes: 210,
    })
    expect(await node.takeAll()).toBe(1)
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
    // Each piece once: nothing is said twice that was wanted once.
    expect(node.heard).toBe(node.count)
    expect(await its.seen(node)).toMatchObject({ state: 'sending', received: 0, pieces: node.count })
    await node.report('verified', 6)
    expect(await its.seen(node)).toMatchObject({ state: 'verified', received: node.count, running: 6 })
    await node.report('running', 7)
    expect(await its.seen(node)).toMatchObject({ state: 'running', reason: '', running: 7 })
    await node.report('rolledBack', 6, 'crashes')
    expect(await its.seen(node)).toMatchObject({ state: 'rolledBack', reason: 'crashes', running: 6 })
    const rows = (await its.site.store.audit(100)).filter(({ action }) => action.startsWith('node.update'))
    expect(rows.map(({ who, detail }) => [who, (JSON.parse(detail) as { result: string }).result])).toEqual([
      ['operator 127.0.0.1', 'accepted'],
      ...['verified', 'running', 'rolledBack'].map((result) => ['gateway', result]),
    ])
  })

  test('a state is answered, and when it comes again it is no news', async () => {
    const node = await its.node(2)
    await its.bring(makeRelease(7), [node])
    await node.ping()
    await node.report('refused', 3, 'otherBoard')
    expect(await its.seen(node)).toMatchObject({ state: 'refused', reason: 'otherBoard', running: 3 })
    const rows = (await its.site.store.audit(100)).length
    node.ports.length = 0
    await node.report('refused', 3, 'otherBoard')
    expect(node.ports).toEqual([1])
    expect((await its.site.store.audit(100)).length).toBe(rows)
    // A node that has refused is offered nothing more.
    await its.site.pass(2 * OFFER_AGAIN_MS)
    node.offer = undefined
    await node.ping()
    expect(node.offer).toBeUndefined()
  })

  test('an offer that was not heard is said again, but not in every answer', async () => {
    const node = await its.node(2)
    await its.bring(makeRelease(7), [node])
    await node.ping()
    expect(node.offer).toBeDefined()
    node.offer = undefined
    await node.ping()
    expect(node.offer).toBeUndefined()
    await its.site.pass(OFFER_AGAIN_MS)
    await node.ping()
    expect(node.offer).toBeDefined()
  })

  test(`arrives whole over a radio that loses, repeats and reorders; seed ${seed}`, () =>
    arrivesWhole(its, 1))

  test('goes on after the node vanished in the middle of a round', async () => {
    const node = await its.node(2)
    const release = makeRelease(7, 20_000)
    await its.bring(release, [node])
    await node.ping()
    await node.want()
    await its.site.pass(1_000)
    await node.hear()
    const had = node.pieces.size
    expect(had).toBeGreaterThan(5)
    expect(had).toBeLessThan(20)
    await node.vanish()
    await its.site.pass(10_000)
    await node.connect()
    await node.takeAll()
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
    expect(node.heard).toBe(node.count)
  })

  test('goes on after the gateway was restarted in the middle of a round', async () => {
    const node = await its.node(2)
    const release = makeRelease(7, 20_000)
    await its.bring(release, [node])
    await node.ping()
    await node.want()
    await its.site.pass(1_000)
    await node.hear()
    const had = node.pieces.size
    await its.restart()
    expect(await its.seen(node)).toMatchObject({ state: 'sending', pieces: node.count })
    // The counters of what was left of the round are never used again: UpdateNode throws at one that is.
    await node.takeAll()
    expect(node.heard).toBe(node.count)
    expect(had).toBeGreaterThan(5)
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
  })

  test('a frame of the node in the middle of a round gives back no counter of it', async () => {
    const node = await its.node(2)
    const release = makeRelease(7, 20_000)
    await its.bring(release, [node])
    await node.ping()
    await node.want()
    await its.site.pass(300)
    // Its session is committed with it.
    await node.ping()
    await its.site.pass(1_000)
    await node.hear()
    await its.restart()
    await node.takeAll()
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
  })

  test('a new want takes the place of the rest of the one before', async () => {
    const node = await its.node(2)
    await its.bring(makeRelease(7, 20_000), [node])
    await node.ping()
    await node.want()
    await its.site.pass(1_000)
    await node.want({ first: 100, mask: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0) })
    const before = node.heard
    await its.site.pass(10_000)
    await node.hear()
    expect(node.heard - before).toBeLessThanOrEqual(1)
    expect(node.pieces.has(100)).toBe(true)
  })

  test('a newer release takes its place, and the older one is forgotten', async () => {
    const node = await its.node(2)
    const [old, fresh] = [makeRelease(7, 20_000), makeRelease(8, 1_000)]
    await its.bring(old, [node])
    await node.ping()
    await node.want()
    await its.bring(fresh, [node])
    expect(await its.site.store.release(old.transfer)).toBeUndefined()
    expect(await its.seen(node)).toMatchObject({ state: 'queued', version: 8, received: 0 })
    await its.site.pass(10_000)
    await node.hear()
    // What it still wants of the old one is answered with the new one.
    node.offer = { ...node.offer!, transfer: old.transfer }
    await node.want()
    expect(node.offer.transfer).toBe(fresh.transfer)
    expect(its.site.count('refused.update.transfer')).toBe(1)
    await node.takeAll()
    expect(Buffer.compare(node.stream, fresh.stream)).toBe(0)
  })

  test('what a node wants while a newer one is being stored is not written over it', async () => {
    const node = await its.node(2)
    const [old, fresh] = [makeRelease(7, 20_000), makeRelease(8, 1_000)]
    await its.bring(old, [node])
    await node.ping()
    const { write } = its.site.gatewayStore
    let store = (): void => undefined
    const held = new Promise<void>((resolve) => (store = resolve))
    let waits = (): void => undefined
    const waiting = new Promise<void>((resolve) => (waits = resolve))
    its.site.gatewayStore.write = async (changes) => {
      const outcomes = await write(changes)
      // It is in the store, but the gateway does not know yet.
      if (changes.releases) {
        waits()
        await held
      }
      return outcomes
    }
    const brought = its.bring(fresh, [node])
    await waiting
    await node.wifi.publish(node.wantFrame())
    store()
    await brought
    expect(await its.seen(node)).toMatchObject({ state: 'queued', version: 8 })
    await its.site.pass(OFFER_AGAIN_MS)
    await node.ping()
    await node.takeAll()
    expect(Buffer.compare(node.stream, fresh.stream)).toBe(0)
  })

  test('the same release again changes nothing for a node that is taking it', async () => {
    const node = await its.node(2)
    const release = makeRelease(7)
    await its.bring(release, [node])
    await node.ping()
    await node.takeAll()
    await its.bring(release, [node])
    expect(await its.seen(node)).toMatchObject({ state: 'sending' })
  })
})
