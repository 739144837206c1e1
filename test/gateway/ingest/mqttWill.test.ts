/** A node's last will: the page hears at once that a connection broke off. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { group } from '../testDevice.ts'
import { WifiSite } from './wifiSite.ts'

const AIR = [3, 4, 16]
const SAMPLE = [2500, 8000, 4000]

let wifi: WifiSite
beforeEach(async () => {
  wifi = await WifiSite.open()
})
afterEach(() => wifi.close())

test('a node that goes without a word leaves its will, and is late at once, until it is back', async () => {
  const node = await wifi.speaker()
  const state = () => wifi.site.gateway.nodes()[0]!.state
  await node.publish(node.device.samples(group(0, AIR, [SAMPLE])))
  expect(state()).toBe('fresh')
  node.client.stream.destroy()
  await vi.waitUntil(() => wifi.site.count('mqtt.lost') === 1)
  expect(state()).toBe('late')
  const again = await wifi.reach(node.device)
  await vi.waitUntil(() => state() === 'fresh')
  again.client.stream.destroy()
  await vi.waitUntil(() => wifi.site.count('mqtt.lost') === 2)
  expect(state()).toBe('late')
})

test('a node that takes leave is not late', async () => {
  const node = await wifi.speaker()
  await node.publish(node.device.samples(group(0, AIR, [SAMPLE])))
  await node.close()
  expect([wifi.site.count('mqtt.lost'), wifi.site.gateway.nodes()[0]!.state]).toEqual([0, 'fresh'])
})
