/** What a gateway does otherwise from region to region: dwell time, the channels of an accept, power. */
import { afterEach, describe, expect, test } from 'vitest'
import { CID, walkCommands } from '../../../core/lorawan/commands.ts'
import { REGIONS, type Region } from '../../../core/regions/index.ts'
import { Site } from '../site.ts'
import type { TestDevice } from '../testDevice.ts'

let site: Site
afterEach(() => site.close())

/** A device that joined on the region's first channel at SF10, and what the gateway says to its hello. */
async function greeted(region: Region): Promise<{ device: TestDevice; commands: number[] }> {
  site = await Site.open({ region })
  const device = await site.device(1)
  const at = { freq: region.channelsHz[0]! / 1e6, datr: 'SF10BW125' }
  const [phy] = await site.exchange(device.hello(), at)
  expect(site.forwarder.sent.at(-1)).toMatchObject(at)
  return { device, commands: walkCommands(device.open(phy!).options, true).map(({ cid }) => cid) }
}

describe.each(REGIONS.map((region) => [region.name, region] as const))('%s', (name, region) => {
  const bound = ['AS923-1', 'AS923-3', 'AS923-4'].includes(name)

  test('the dwell limit is lifted in Viet Nam alone', async () => {
    const { commands } = await greeted(region)
    expect(commands).toEqual(name === 'AS923-2' ? [CID.txParamSetup] : [])
  })

  test(
    bound ? 'an accept of 17 bytes, which lasts less than 400 ms' : 'an accept with five channels',
    async () => {
      const { device } = await greeted(region)
      expect(device.accept.channelHz).toEqual(bound ? [] : region.extraChannelsHz.slice(0, 5))
    },
  )

  test('no order is stronger than a forwarder takes', async () => {
    await greeted(region)
    expect(site.forwarder.sent.map(({ powe }) => powe)).toEqual(name === 'IN865' ? [27, 27] : [16, 16])
  })
})
