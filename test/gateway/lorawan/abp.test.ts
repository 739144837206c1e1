/** A node that never joins, at the gateway: registered with its session, heard and answered under it, and no request to join is granted. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { makeSession } from '../../../core/lorawan/frame.ts'
import { StoreError } from '../../../gateway/store/store.ts'
import { registration, Site } from '../site.ts'
import { TestDevice } from '../testDevice.ts'

const abp = { devAddr: '0012abcd', nwkSKey: '5a'.repeat(16), appSKey: 'A5'.repeat(16) }

let site: Site
beforeEach(async () => {
  site = await Site.open()
})
afterEach(() => site.close())

/** What the node is. */
function device(number: number, session = abp): TestDevice {
  const made = new TestDevice(registration(number, { abp: session }))
  const keys = [session.nwkSKey, session.appSKey].map((key) => Buffer.from(key, 'hex'))
  made.session = makeSession(tableAes, parseInt(session.devAddr, 16), keys[0]!, keys[1]!)
  return made
}

const register = (made: TestDevice) => site.gateway.register(made.registration)

test('is heard from its first frame on, and answered', async () => {
  const node = device(1)
  await register(node)
  const [down] = await site.exchange(node.hello())
  expect(node.open(down!).counter).toBe(0)
  expect(site.gateway.nodes()[0]!.state).toBe('fresh')
  expect(site.count('refused.frame.unknownDevAddr')).toBe(0)
})

test('keeps its counters over a restart, both ways', async () => {
  const node = device(1)
  await register(node)
  const hello = node.hello()
  const first = node.open((await site.exchange(hello)).at(-1)!).counter
  await site.restart()
  expect(await site.exchange(hello)).toEqual([])
  expect(site.count('refused.frame.replay')).toBe(1)
  const second = node.open((await site.exchange(node.hello())).at(-1)!).counter
  expect(second).toBeGreaterThan(first)
})

test('counts past 65,535', async () => {
  const node = device(1)
  await register(node)
  for (const counter of [0, 0xffff, 0x10000, 0x1ffff]) {
    node.counterUp = counter
    expect(await site.exchange(node.hello())).not.toEqual([])
  }
})

test('is refused by name when it asks to join, over a restart too, and its session stays', async () => {
  const node = device(1)
  await register(node)
  await site.exchange(node.hello())
  expect(await site.exchange(node.joinRequest())).toEqual([])
  await site.restart()
  expect(await site.exchange(node.joinRequest())).toEqual([])
  expect(site.count('refused.join.neverJoins')).toBe(1)
  expect(await site.exchange(node.hello())).not.toEqual([])
})

test('is registered once: again with the same keys changes nothing, with others, with none or under another name of its keys is refused', async () => {
  const node = device(1)
  await register(node)
  await site.exchange(node.hello())
  expect(await register(node)).toEqual({ devEui: node.registration.devEui, name: 'node 1' })
  const others = [
    registration(1, { abp: { ...abp, appSKey: '00'.repeat(16) } }),
    registration(1, { abp: { ...abp, devAddr: '0012abce' } }),
    registration(1),
  ]
  for (const other of others) expect(await site.gateway.register(other)).toMatchObject({ where: 'devEui' })
  for (const keys of [abp, { ...abp, nwkSKey: '11'.repeat(16) }, { ...abp, appSKey: '11'.repeat(16) }])
    expect(await register(device(2, keys))).toMatchObject({ where: 'abp' })
  // The address alone may be another's.
  const neighbour = device(3, { ...abp, nwkSKey: '22'.repeat(16), appSKey: '33'.repeat(16) })
  expect(await register(neighbour)).toMatchObject({ name: 'node 3' })
  expect(await site.exchange(neighbour.hello())).not.toEqual([])
  expect(await site.exchange(node.hello())).not.toEqual([])
})

test('bad sessions are refused by name, and one that could not be kept is not there', async () => {
  for (const bad of [{ devAddr: '12' }, { nwkSKey: 'x'.repeat(32) }, { appSKey: '' }])
    expect(await site.gateway.register(registration(1, { abp: { ...abp, ...bad } }))).toMatchObject({
      where: expect.stringContaining('abp') as string,
    })
  const { write } = site.gatewayStore
  site.gatewayStore.write = () => Promise.reject(new StoreError('failed', 'disk'))
  const node = device(1)
  expect(await register(node)).toMatchObject({ where: 'store' })
  site.gatewayStore.write = write
  expect(await site.exchange(node.hello())).toEqual([])
})
