/** A node that speaks rarely is owed an acknowledgement each time: an offer has its turn all the same. */
import { expect, test } from 'vitest'
import { DOWNLINK_PORT } from '../../../core/packet/index.ts'
import { group } from '../testDevice.ts'
import { makeRelease } from './release.ts'
import { UpdateSite } from './updateSite.ts'

const its = UpdateSite.forEachTest()

test('acknowledgement and offer take turns', async () => {
  const node = await its.node(2)
  await its.bring(makeRelease(7), [node])
  node.ports.length = 0
  for (let first = 0; first < 4; first++) {
    await its.site.pass(3_600_000)
    await node.say(
      node.device.samples(group(first, [3, 4, 16], [[2500, 8000, 4000]], { acknowledgementWanted: true })),
    )
  }
  const { acknowledgement, update } = DOWNLINK_PORT
  expect(node.ports).toEqual([update, acknowledgement, update, acknowledgement])
})
