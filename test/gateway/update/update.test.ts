/** Updates over the air through the whole gateway: HTTP, store, pipeline, broker, and a node behind a client that is not ours. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { updatesAnswer } from '../../../gateway/api/schema.ts'
import type { UpdateView } from '../../../gateway/api/types.ts'
import { StoreError } from '../../../gateway/store/store.ts'
import { OFFER_AGAIN_MS } from '../../../gateway/update/desk.ts'
import { json, WebSite } from '../api/webSite.ts'
import { PIN, type Site } from '../site.ts'
import { randomFrom } from '../../core/packet/mangle.ts'
import { makeRelease, type TestRelease } from './release.ts'
import { UpdateNode, type Radio } from './updateNode.ts'

const seed = 20261123

let web: WebSite
let site: Site
let nodes: UpdateNode[]
beforeEach(async () => {
  web = await WebSite.open({ mqttPort: 0 })
  site = web.site
  nodes = []
})
afterEach(async () => {
  for (const node of nodes) await node.vanish()
  await site.close()
})

async function nodeOf(number: number): Promise<UpdateNode> {
  const node = await UpdateNode.open(site, number)
  nodes.push(node)
  return node
}

async function bring({ body }: TestRelease, to: UpdateNode[]): Promise<void> {
  const response = await web.post('/api/updates', { ...body, nodes: to.map(({ eui }) => eui) })
  expect(response.status).toBe(202)
  expect(updatesAnswer.parse(await json(response)).updates).toHaveLength(to.length)
}

async function cancel(node: UpdateNode): Promise<Response> {
  return fetch(site.url(`/api/updates/${node.eui}`), { method: 'DELETE', headers: { 'x-operator-pin': PIN } })
}

async function seen(node: UpdateNode): Promise<UpdateView> {
  const { updates } = updatesAnswer.parse(await json(await web.get('/api/updates')))
  const update = updates.find(({ eui }) => eui === node.eui)!
  const shown = site.gateway.nodes().find(({ eui }) => eui === node.eui)!.update
  expect(update).toMatchObject(shown!)
  const kept = (await site.store.updates()).find(({ devEui }) => devEui === node.eui)!
  const { state, received, pieces, reason, running } = kept
  expect(update).toMatchObject({ state, received, pieces, reason, running })
  return update
}

async function restart(): Promise<void> {
  const before = nodes.map(({ wifi }) => new Promise<void>((gone) => wifi.client.once('close', () => gone())))
  await Promise.all([site.restart(), ...before])
  for (const node of nodes) await node.connect()
}

/** Loses, repeats and reorders. */
const badRadio = (random: (below: number) => number): Radio => {
  return (messages) =>
    messages
      .flatMap((message) => (random(5) === 0 ? [] : random(5) === 0 ? [message, message] : [message]))
      .map((message) => ({ message, place: random(1_000) }))
      .sort((a, b) => a.place - b.place)
      .map(({ message }) => message)
}

describe('an update', () => {
  test('goes from the operator to the node, which says what became of it', async () => {
    const node = await nodeOf(2)
    const release = makeRelease(7)
    await bring(release, [node])
    expect(await seen(node)).toMatchObject({
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
    expect(await seen(node)).toMatchObject({ state: 'sending', received: 0, pieces: node.count })
    await node.report('verified', 6)
    expect(await seen(node)).toMatchObject({ state: 'verified', received: node.count, running: 6 })
    await node.report('running', 7)
    expect(await seen(node)).toMatchObject({ state: 'running', reason: '', running: 7 })
    await node.report('rolledBack', 6, 'crashes')
    expect(await seen(node)).toMatchObject({ state: 'rolledBack', reason: 'crashes', running: 6 })
    const rows = (await site.store.audit(100)).filter(({ action }) => action.startsWith('node.update'))
    expect(rows.map(({ who, detail }) => [who, (JSON.parse(detail) as { result: string }).result])).toEqual([
      ['operator 127.0.0.1', 'accepted'],
      ...['verified', 'running', 'rolledBack'].map((result) => ['gateway', result]),
    ])
  })

  test('a state is answered, and when it comes again it is no news', async () => {
    const node = await nodeOf(2)
    await bring(makeRelease(7), [node])
    await node.ping()
    await node.report('refused', 3, 'otherBoard')
    expect(await seen(node)).toMatchObject({ state: 'refused', reason: 'otherBoard', running: 3 })
    const rows = (await site.store.audit(100)).length
    node.ports.length = 0
    await node.report('refused', 3, 'otherBoard')
    expect(node.ports).toEqual([1])
    expect((await site.store.audit(100)).length).toBe(rows)
    // A node that has refused is offered nothing more.
    await site.pass(2 * OFFER_AGAIN_MS)
    node.offer = undefined
    await node.ping()
    expect(node.offer).toBeUndefined()
  })

  test('an offer that was not heard is said again, but not in every answer', async () => {
    const node = await nodeOf(2)
    await bring(makeRelease(7), [node])
    await node.ping()
    expect(node.offer).toBeDefined()
    node.offer = undefined
    await node.ping()
    expect(node.offer).toBeUndefined()
    await site.pass(OFFER_AGAIN_MS)
    await node.ping()
    expect(node.offer).toBeDefined()
  })

  test(
    `arrives whole over a radio that loses, repeats and reorders; seed ${seed}`,
    { timeout: 60_000 },
    async () => {
      let number = 10
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 14_000 }), fc.nat(), async (bytes, radioSeed) => {
          const node = await nodeOf(number++)
          const release = makeRelease(number, bytes)
          await bring(release, [node])
          await node.ping()
          node.radio = badRadio(randomFrom(radioSeed + 1))
          await node.takeAll()
          expect(Buffer.compare(node.stream, release.stream)).toBe(0)
        }),
        { seed, numRuns: 12 },
      )
    },
  )

  test('goes on after the node vanished in the middle of a round', async () => {
    const node = await nodeOf(2)
    const release = makeRelease(7, 20_000)
    await bring(release, [node])
    await node.ping()
    await node.want()
    await site.pass(1_000)
    await node.hear()
    const had = node.pieces.size
    expect(had).toBeGreaterThan(5)
    expect(had).toBeLessThan(20)
    await node.vanish()
    await site.pass(10_000)
    await node.connect()
    await node.takeAll()
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
    expect(node.heard).toBe(node.count)
  })

  test('goes on after the gateway was restarted in the middle of a round', async () => {
    const node = await nodeOf(2)
    const release = makeRelease(7, 20_000)
    await bring(release, [node])
    await node.ping()
    await node.want()
    await site.pass(1_000)
    await node.hear()
    const had = node.pieces.size
    await restart()
    expect(await seen(node)).toMatchObject({ state: 'sending', pieces: node.count })
    // The counters of what was left of the round are never used again: UpdateNode throws at one that is.
    await node.takeAll()
    expect(node.heard).toBe(node.count)
    expect(had).toBeGreaterThan(5)
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
  })

  test('a frame of the node in the middle of a round gives back no counter of it', async () => {
    const node = await nodeOf(2)
    const release = makeRelease(7, 20_000)
    await bring(release, [node])
    await node.ping()
    await node.want()
    await site.pass(300)
    // Its session is committed with it.
    await node.ping()
    await site.pass(1_000)
    await node.hear()
    await restart()
    await node.takeAll()
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
  })

  test('a new want takes the place of the rest of the one before', async () => {
    const node = await nodeOf(2)
    await bring(makeRelease(7, 20_000), [node])
    await node.ping()
    await node.want()
    await site.pass(1_000)
    await node.want({ first: 100, mask: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0) })
    const before = node.heard
    await site.pass(10_000)
    await node.hear()
    expect(node.heard - before).toBeLessThanOrEqual(1)
    expect(node.pieces.has(100)).toBe(true)
  })

  test('a newer release takes its place, and the older one is forgotten', async () => {
    const node = await nodeOf(2)
    const [old, fresh] = [makeRelease(7, 20_000), makeRelease(8, 1_000)]
    await bring(old, [node])
    await node.ping()
    await node.want()
    await bring(fresh, [node])
    expect(await site.store.release(old.transfer)).toBeUndefined()
    expect(await seen(node)).toMatchObject({ state: 'queued', version: 8, received: 0 })
    await site.pass(10_000)
    await node.hear()
    // What it still wants of the old one is answered with the new one.
    node.offer = { ...node.offer!, transfer: old.transfer }
    await node.want()
    expect(node.offer.transfer).toBe(fresh.transfer)
    expect(site.count('refused.update.transfer')).toBe(1)
    await node.takeAll()
    expect(Buffer.compare(node.stream, fresh.stream)).toBe(0)
  })

  test('what a node wants while a newer one is being stored is not written over it', async () => {
    const node = await nodeOf(2)
    const [old, fresh] = [makeRelease(7, 20_000), makeRelease(8, 1_000)]
    await bring(old, [node])
    await node.ping()
    const { write } = site.gatewayStore
    let store = (): void => undefined
    const held = new Promise<void>((resolve) => (store = resolve))
    let waits = (): void => undefined
    const waiting = new Promise<void>((resolve) => (waits = resolve))
    site.gatewayStore.write = async (changes) => {
      const outcomes = await write(changes)
      // It is in the store, but the gateway does not know yet.
      if (changes.releases) {
        waits()
        await held
      }
      return outcomes
    }
    const brought = bring(fresh, [node])
    await waiting
    await node.wifi.publish(node.wantFrame())
    store()
    await brought
    expect(await seen(node)).toMatchObject({ state: 'queued', version: 8 })
    await site.pass(OFFER_AGAIN_MS)
    await node.ping()
    await node.takeAll()
    expect(Buffer.compare(node.stream, fresh.stream)).toBe(0)
  })

  test('the same release again changes nothing for a node that is taking it', async () => {
    const node = await nodeOf(2)
    const release = makeRelease(7)
    await bring(release, [node])
    await node.ping()
    await node.takeAll()
    await bring(release, [node])
    expect(await seen(node)).toMatchObject({ state: 'sending' })
  })
})

describe('cancelled', () => {
  test('before it was offered: the node never hears of it', async () => {
    const node = await nodeOf(2)
    await bring(makeRelease(7), [node])
    expect((await cancel(node)).status).toBe(200)
    await node.ping()
    expect([node.offer, node.cancelled]).toEqual([undefined, []])
    expect(await seen(node)).toMatchObject({ state: 'cancelled' })
    expect((await cancel(node)).status).toBe(404)
  })

  test('in the middle: no piece more, and the node is told; its word for it changes nothing', async () => {
    const node = await nodeOf(2)
    const { transfer } = makeRelease(7, 20_000)
    await bring(makeRelease(7, 20_000), [node])
    await node.ping()
    await node.want()
    await site.pass(500)
    await cancel(node)
    await node.hear()
    const had = node.heard
    await site.pass(10_000)
    await node.hear()
    expect(node.heard).toBe(had)
    await node.ping()
    expect(node.cancelled).toEqual([transfer])
    await node.ping()
    expect(node.cancelled).toEqual([transfer])
    await node.report('refused', 6, 'cancelled')
    expect(await seen(node)).toMatchObject({ state: 'cancelled', reason: '', running: 6 })
  })

  test('a node that has not heard it is told again when it wants more, after a restart too', async () => {
    const node = await nodeOf(2)
    await bring(makeRelease(7, 20_000), [node])
    await node.ping()
    await node.want()
    await cancel(node)
    await restart()
    await node.want()
    expect(node.cancelled).toHaveLength(1)
    expect(await seen(node)).toMatchObject({ state: 'cancelled' })
  })
})

describe('a node that says what it should not', () => {
  test('is answered by no piece, and counted by name', async () => {
    const node = await nodeOf(2)
    const release = makeRelease(7)
    await bring(release, [node])
    await node.ping()
    const forged: [string, Partial<Parameters<UpdateNode['want']>[0]>][] = [
      ['first', { first: node.count }],
      ['first', { first: 65_535 }],
      ['first', { received: node.count + 1 }],
      ['pieces', { of: node.count + 1 }],
      ['transfer', { transfer: release.transfer ^ 1 }],
    ]
    for (const [outcome, over] of forged) {
      const before = site.count(`refused.update.${outcome}`)
      await node.want(over)
      expect([outcome, site.count(`refused.update.${outcome}`)]).toEqual([outcome, before + 1])
    }
    await site.pass(10_000)
    await node.hear()
    expect(node.heard).toBe(0)
    expect(await seen(node)).toMatchObject({ state: 'queued', received: 0 })
    // And it still gets what it rightly wants.
    await node.takeAll()
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
  })

  test('and one that nobody wanted to update is told to stop', async () => {
    const node = await nodeOf(2)
    node.offer = { transfer: 5, version: 1, ticketBytes: 2_500, bundleBytes: 100, pieceBytes: 210 }
    await node.want()
    expect(node.cancelled).toEqual([5])
    await node.report('running', 9, 'none', 5)
    expect(site.count('refused.update.transfer')).toBe(2)
    expect(site.gateway.nodes().find(({ eui }) => eui === node.eui)!.update).toBeUndefined()
  })

  test('bytes of every kind on the port are refused by name', async () => {
    const node = await nodeOf(2)
    for (const [bytes, name] of [
      [Uint8Array.of(9), 'kind'],
      [Uint8Array.of(1, 2), 'short'],
      [new Uint8Array(30).fill(1), 'long'],
    ] as const) {
      await node.say(node.device.uplink(6, bytes))
      expect(site.count(`refused.packet.${name}`)).toBe(1)
    }
  })
})

describe('a store that cannot commit', () => {
  const fail = (): void => {
    site.gatewayStore.write = () => Promise.reject(new StoreError('failed', 'disk full'))
  }

  test('takes no release', async () => {
    const node = await nodeOf(2)
    fail()
    const response = await web.post('/api/updates', { ...makeRelease(7).body, nodes: [node.eui] })
    expect(response.status).toBe(503)
    expect(site.gateway.nodes().find(({ eui }) => eui === node.eui)!.update).toBeUndefined()
    await site.store.updates().then((rows) => expect(rows).toEqual([]))
  })

  test('of a want: no PUBACK, no piece, and what was known stays', async () => {
    const node = await nodeOf(2)
    await bring(makeRelease(7), [node])
    await node.ping()
    fail()
    await expect(node.want()).rejects.toThrow('closed')
    await site.pass(10_000)
    expect(await seen(node)).toMatchObject({ state: 'queued', received: 0 })
    expect(site.count('downlinks.update')).toBe(1)
  })

  test('of the counters of a round: no piece leaves', async () => {
    const node = await nodeOf(2)
    await bring(makeRelease(7), [node])
    await node.ping()
    await node.want()
    fail()
    await site.pass(10_000)
    await node.hear()
    expect(node.heard).toBe(0)
    expect(site.count('refused.store.failed')).toBe(1)
  })
})

describe('many nodes', () => {
  test('are all served, and what others are owed comes between the pieces', { timeout: 60_000 }, async () => {
    const some: UpdateNode[] = []
    for (let number = 2; number < 22; number++) some.push(await nodeOf(number))
    const release = makeRelease(7, 9_000)
    const response = await web.post('/api/updates', { ...release.body, all: true })
    expect(updatesAnswer.parse(await json(response)).updates).toHaveLength(20)
    for (const node of some) await node.ping()
    for (const node of some) await node.want()
    await site.pass(1_000)
    await some[0]!.hear()
    expect(some[0]!.ports.at(-1)).toBe(6)
    // In the middle of everybody's round a hello is answered at once, to a node that waits for pieces itself.
    some[0]!.ports.length = 0
    await some[0]!.say(some[0]!.device.hello())
    expect(some[0]!.ports).toContain(1)
    // Rounds that found no room wait for it: nobody has to want again.
    await site.pass(20_000)
    for (const node of some) {
      await node.hear()
      expect(node.heard).toBe(Math.min(64, node.count))
      expect(Buffer.compare(node.stream, release.stream)).toBe(0)
    }
  })
})
