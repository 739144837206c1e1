/** Updates over the air through the whole gateway: many of them, and to many nodes at once. */
import { expect, test } from 'vitest'
import { updatesAnswer } from '../../../gateway/api/schema.ts'
import { json } from '../api/webSite.ts'
import { arrivesWhole, seed } from './badRadio.ts'
import { makeRelease } from './release.ts'
import type { UpdateNode } from './updateNode.ts'
import { UpdateSite } from './updateSite.ts'

const its = UpdateSite.forEachTest()

test(`twelve arrive whole over a radio that loses, repeats and reorders; seed ${seed}`, () =>
  arrivesWhole(its, 12))

test('many nodes are all served, and what others are owed comes between the pieces', async () => {
  const some: UpdateNode[] = []
  for (let number = 2; number < 22; number++) some.push(await its.node(number))
  const release = makeRelease(7, 9_000)
  const response = await its.web.post('/api/updates', { ...release.body, all: true })
  expect(updatesAnswer.parse(await json(response)).updates).toHaveLength(20)
  for (const node of some) await node.ping()
  for (const node of some) await node.want()
  await its.site.pass(1_000)
  await some[0]!.hear()
  expect(some[0]!.ports.at(-1)).toBe(6)
  // In the middle of everybody's round a hello is answered at once, to a node that waits for pieces itself.
  some[0]!.ports.length = 0
  await some[0]!.say(some[0]!.device.hello())
  expect(some[0]!.ports).toContain(1)
  // Rounds that found no room wait for it: nobody has to want again.
  await its.site.pass(20_000)
  for (const node of some) {
    await node.hear()
    expect(node.heard).toBe(Math.min(64, node.count))
    expect(Buffer.compare(node.stream, release.stream)).toBe(0)
  }
})
