/** Joining: what is accepted, what is refused by name, and that no nonce ever serves twice. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { StoreError } from '../../../gateway/store/store.ts'
import { registration, Site } from '../site.ts'
import { TestDevice } from '../testDevice.ts'

let site: Site
beforeEach(async () => {
  site = await Site.open()
})
afterEach(() => site.close())

async function registered(number: number): Promise<TestDevice> {
  const device = new TestDevice(registration(number))
  await site.gateway.register(device.registration)
  return device
}

test('a join accept comes in RX1 with the channels of the region', async () => {
  const device = await registered(1)
  const [accept] = await site.exchange(device.joinRequest(), {
    tmst: 4_294_967_295,
    datr: 'SF10BW125',
    freq: 921.6,
  })
  device.join(accept!)
  expect(device.accept).toMatchObject({
    joinNonce: 0,
    netId: 0,
    rx1DrOffset: 0,
    rx2DataRate: 2,
    rxDelaySeconds: 1,
  })
  expect(device.accept.channelHz).toEqual(as923_2.extraChannelsHz.slice(0, 5))
  // 5 s after the request, on a counter that wraps.
  expect(site.forwarder.sent[0]).toMatchObject({
    tmst: 4_999_999,
    freq: 921.6,
    datr: 'SF10BW125',
    powe: 16,
    ipol: true,
    ncrc: true,
  })
  expect(site.count('joins')).toBe(1)
})

test('RX2 takes the accept that RX1 refuses', async () => {
  const device = await registered(1)
  site.forwarder.verdict = ({ tmst }) => (tmst === 6_000_000 ? 'TOO_LATE' : 'NONE')
  const answers = await site.exchange(device.joinRequest(), { tmst: 1_000_000 })
  expect(site.forwarder.sent.map(({ tmst, datr, freq }) => [tmst, datr, freq])).toEqual([
    [6_000_000, 'SF7BW125', 921.4],
    [7_000_000, 'SF10BW125', 921.4],
  ])
  expect(answers[0]).toEqual(answers[1])
  expect(site.count('refused.downlink.TOO_LATE')).toBe(1)
})

test('requests are refused by name', async () => {
  const device = await registered(1)
  const stranger = new TestDevice(registration(2))
  const otherNetwork = new TestDevice(registration(1, { joinEui: '70b3d57ed0000009' }))
  const otherKey = new TestDevice(registration(1, { appKey: 'ff'.repeat(16) }))
  const request = device.joinRequest()
  const bad: [Uint8Array, string][] = [
    [stranger.joinRequest(), 'unknownDevEui'],
    [otherNetwork.joinRequest(), 'joinEui'],
    [otherKey.joinRequest(), 'mic'],
    [request.subarray(0, 22), 'short'],
    [Uint8Array.from([...request, 0]), 'long'],
  ]
  for (const [phy, reason] of bad) {
    expect(await site.exchange(phy)).toEqual([])
    expect([reason, site.count(`refused.join.${reason}`)]).toEqual([reason, 1])
  }
  expect(await site.exchange(request)).toHaveLength(1)
})

test('a DevNonce must grow, over a restart too', async () => {
  const device = await registered(1)
  device.devNonce = 7
  const seventh = device.joinRequest()
  device.join((await site.exchange(seventh))[0]!)
  expect(await site.exchange(seventh)).toEqual([])
  await site.restart()
  expect(await site.exchange(seventh)).toEqual([])
  expect(site.count('refused.join.devNonce')).toBe(1)
  device.devNonce = 3
  expect(await site.exchange(device.joinRequest())).toEqual([])
  expect(site.count('refused.join.devNonce')).toBe(2)
  device.devNonce = 8
  device.join((await site.exchange(device.joinRequest()))[0]!)
  expect(device.accept.joinNonce).toBe(1)
})

test('a replayed request does not throw a device out of its session', async () => {
  const device = await registered(1)
  const request = device.joinRequest()
  device.join((await site.exchange(request))[0]!)
  await site.exchange(request)
  expect(await site.exchange(device.hello())).toHaveLength(1)
})

test('nothing is sent for nonces that could not be kept', async () => {
  const device = await registered(1)
  const { write } = site.store
  site.gatewayStore.write = () => Promise.reject(new StoreError('failed', 'disk full'))
  expect(await site.exchange(device.joinRequest())).toEqual([])
  expect(site.count('refused.store.failed')).toBe(1)
  site.gatewayStore.write = write
  expect(await site.exchange(device.joinRequest())).toHaveLength(1)
})

test('every device has an address of its own, which stays over a restart', async () => {
  const devices = await Promise.all([1, 2, 3, 4, 5].map(registered))
  for (const device of devices) device.join((await site.exchange(device.joinRequest()))[0]!)
  const addresses = devices.map(({ session }) => session.devAddr)
  expect(new Set(addresses).size).toBe(5)
  expect(addresses.every((devAddr) => devAddr >>> 25 === 0)).toBe(true)
  await site.restart()
  for (const device of devices) expect(await site.exchange(device.hello())).toHaveLength(1)
})
