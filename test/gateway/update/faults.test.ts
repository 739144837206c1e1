/** Updates that are cancelled, nodes that say what they should not, and stores that fail. */
import { describe, expect, test } from 'vitest'
import { StoreError } from '../../../gateway/store/store.ts'
import { makeRelease } from './release.ts'
import type { UpdateNode } from './updateNode.ts'
import { UpdateSite } from './updateSite.ts'

const its = UpdateSite.forEachTest()

describe('cancelled', () => {
  test('before it was offered: the node never hears of it', async () => {
    const node = await its.node(2)
    await its.bring(makeRelease(7), [node])
    expect((await its.cancel(node)).status).toBe(200)
    await node.ping()
    expect([node.offer, node.cancelled]).toEqual([undefined, []])
    expect(await its.seen(node)).toMatchObject({ state: 'cancelled' })
    expect((await its.cancel(node)).status).toBe(404)
  })

  test('in the middle: no piece more, and the node is told; its word for it changes nothing', async () => {
    const node = await its.node(2)
    const { transfer } = makeRelease(7, 20_000)
    await its.bring(makeRelease(7, 20_000), [node])
    await node.ping()
    await node.want()
    await its.site.pass(500)
    await its.cancel(node)
    await node.hear()
    const had = node.heard
    await its.site.pass(10_000)
    await node.hear()
    expect(node.heard).toBe(had)
    await node.ping()
    expect(node.cancelled).toEqual([transfer])
    await node.ping()
    expect(node.cancelled).toEqual([transfer])
    await node.report('refused', 6, 'cancelled')
    expect(await its.seen(node)).toMatchObject({ state: 'cancelled', reason: '', running: 6 })
  })

  test('a node that has not heard it is told again when it wants more, after a restart too', async () => {
    const node = await its.node(2)
    await its.bring(makeRelease(7, 20_000), [node])
    await node.ping()
    await node.want()
    await its.cancel(node)
    await its.restart()
    await node.want()
    expect(node.cancelled).toHaveLength(1)
    expect(await its.seen(node)).toMatchObject({ state: 'cancelled' })
  })
})

describe('a node that says what it should not', () => {
  test('is answered by no piece, and counted by name', async () => {
    const node = await its.node(2)
    const release = makeRelease(7)
    await its.bring(release, [node])
    await node.ping()
    const forged: [string, Partial<Parameters<UpdateNode['want']>[0]>][] = [
      ['first', { first: node.count }],
      ['first', { first: 65_535 }],
      ['first', { received: node.count + 1 }],
      ['pieces', { of: node.count + 1 }],
      ['transfer', { transfer: release.transfer ^ 1 }],
    ]
    for (const [outcome, over] of forged) {
      const before = its.site.count(`refused.update.${outcome}`)
      await node.want(over)
      expect([outcome, its.site.count(`refused.update.${outcome}`)]).toEqual([outcome, before + 1])
    }
    await its.site.pass(10_000)
    await node.hear()
    expect(node.heard).toBe(0)
    expect(await its.seen(node)).toMatchObject({ state: 'queued', received: 0 })
    // And it still gets what it rightly wants.
    await node.takeAll()
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
  })

  test('and one that nobody wanted to update is told to stop', async () => {
    const node = await its.node(2)
    node.offer = { transfer: 5, version: 1, ticketBytes: 2_500, bundleBytes: 100, pieceBytes: 210 }
    await node.want()
    expect(node.cancelled).toEqual([5])
    await node.report('running', 9, 'none', 5)
    expect(its.site.count('refused.update.transfer')).toBe(2)
    expect(its.site.gateway.nodes().find(({ eui }) => eui === node.eui)!.update).toBeUndefined()
  })

  test('bytes of every kind on the port are refused by name', async () => {
    const node = await its.node(2)
    for (const [bytes, name] of [
      [Uint8Array.of(9), 'kind'],
      [Uint8Array.of(1, 2), 'short'],
      [new Uint8Array(30).fill(1), 'long'],
    ] as const) {
      await node.say(node.device.uplink(6, bytes))
      expect(its.site.count(`refused.packet.${name}`)).toBe(1)
    }
  })
})

describe('a store that cannot commit', () => {
  const fail = (): void => {
    its.site.gatewayStore.write = () => Promise.reject(new StoreError('failed', 'disk full'))
  }

  test('takes no release', async () => {
    const node = await its.node(2)
    fail()
    const response = await its.web.post('/api/updates', { ...makeRelease(7).body, nodes: [node.eui] })
    expect(response.status).toBe(503)
    expect(its.site.gateway.nodes().find(({ eui }) => eui === node.eui)!.update).toBeUndefined()
    await its.site.store.updates().then((rows) => expect(rows).toEqual([]))
  })

  test('of a want: no PUBACK, no piece, and what was known stays', async () => {
    const node = await its.node(2)
    await its.bring(makeRelease(7), [node])
    await node.ping()
    fail()
    await expect(node.want()).rejects.toThrow('closed')
    await its.site.pass(10_000)
    expect(await its.seen(node)).toMatchObject({ state: 'queued', received: 0 })
    expect(its.site.count('downlinks.update')).toBe(1)
  })

  test('of the counters of a round: no piece leaves', async () => {
    const node = await its.node(2)
    await its.bring(makeRelease(7), [node])
    await node.ping()
    await node.want()
    fail()
    await its.site.pass(10_000)
    await node.hear()
    expect(node.heard).toBe(0)
    expect(its.site.count('refused.store.failed')).toBe(1)
  })
})
