/** The page hears of every step of an update by itself. */
import { test } from 'vitest'
import type { NodesEvent } from '../../../gateway/api/types.ts'
import { WebSite } from '../api/webSite.ts'
import { makeRelease } from './release.ts'
import { UpdateNode } from './updateNode.ts'

test('the event of a node that changed carries its update', async () => {
  const web = await WebSite.open({ mqttPort: 0 })
  const node = await UpdateNode.open(web.site, 2)
  const stop = new AbortController()
  const response = await fetch(web.site.url('/api/events'), { signal: stop.signal })
  const body = response.body!.getReader()
  const heard: string[] = []
  let text = ''
  const until = async (word: string): Promise<void> => {
    while (!heard.includes(word)) {
      text += Buffer.from((await body.read()).value).toString()
      const events = text.split('\n\n')
      text = events.pop()!
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)
        const { nodes = [] } = JSON.parse(data![1]!) as Partial<NodesEvent>
        const update = nodes.find(({ eui }) => eui === node.eui)?.update
        if (update) heard.push(`${update.state} ${update.received}/${update.pieces}`)
      }
    }
  }
  await web.post('/api/updates', { ...makeRelease(7, 500).body, nodes: [node.eui] })
  await until('queued 0/0')
  await node.ping()
  await node.want()
  await until(`sending 0/${node.count}`)
  await node.report('running', 7)
  await until(`running ${node.count}/${node.count}`)
  stop.abort()
  await node.vanish()
  await web.site.close()
})
