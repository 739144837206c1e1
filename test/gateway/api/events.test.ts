/** Server-sent events: everything at first, then what changes, and a heartbeat. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NodesEvent, TickEvent } from '../../../gateway/api/types.ts'
import { Site } from '../site.ts'
import { ManualClock } from '../manualClock.ts'

interface Event {
  event: string
  data: NodesEvent & TickEvent
}

/** Reads a stream event by event. */
class Reader {
  private text = ''
  private readonly stop = new AbortController()
  private body!: ReadableStreamDefaultReader<Uint8Array>

  static async open(url: string): Promise<Reader> {
    const reader = new Reader()
    const response = await fetch(url, { signal: reader.stop.signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    reader.body = response.body!.getReader()
    return reader
  }

  /** The next event, or undefined when the stream has ended. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.text.indexOf('\n\n')
      if (end >= 0) {
        const lines = this.text.slice(0, end).split('\n')
        this.text = this.text.slice(end + 2)
        const field = (name: string): string =>
          lines.find((line) => line.startsWith(`${name}: `))!.slice(name.length + 2)
        return { event: field('event'), data: JSON.parse(field('data')) as Event['data'] }
      }
      const { done, value } = await this.body.read()
      if (done) return undefined
      this.text += Buffer.from(value).toString()
    }
  }

  close(): void {
    this.stop.abort()
  }
}

let site: Site
let wall: ManualClock
beforeEach(async () => {
  wall = new ManualClock()
  site = await Site.open({ httpPort: 0, wall })
})
afterEach(() => site.close())

test('a listener hears of all nodes, of each that changes, and the heartbeat', async () => {
  const [one, two] = [await site.device(1), await site.device(2)]
  const reader = await Reader.open(site.url('/api/events'))
  const first = await reader.next()
  expect(first).toMatchObject({ event: 'nodes', data: { nowMs: site.clock.now() } })
  expect(first!.data.nodes.map(({ name }) => name)).toEqual(['node 1', 'node 2'])

  await site.exchange(two.hello())
  expect((await reader.next())!.data.nodes.map(({ name, state }) => [name, state])).toEqual([
    ['node 2', 'fresh'],
  ])
  await site.exchange(one.hello())
  expect((await reader.next())!.data.nodes.map(({ name }) => name)).toEqual(['node 1'])

  await wall.advance(5000)
  // The first heartbeat also tells how fresh every node is.
  expect((await reader.next())!.event).toBe('nodes')
  expect(await reader.next()).toEqual({ event: 'tick', data: { nowMs: site.clock.now() } })

  await site.pass(2 * 3_600_000)
  await wall.advance(5000)
  expect((await reader.next())!.data.nodes.map(({ state }) => state)).toEqual(['lost', 'lost'])
  expect((await reader.next())!.event).toBe('tick')
  reader.close()
})

test('a lamp command is heard of at once', async () => {
  await site.device(1, { profile: 'light', lamp: { id: 'L1', group: 'market' } })
  const reader = await Reader.open(site.url('/api/events'))
  await reader.next()
  await site.gateway.commandLamp('L1', 40, site.clock.now() + 60_000, 'tester')
  expect((await reader.next())!.data.nodes[0]!.lamp!.command).toMatchObject({
    levelPercent: 40,
    state: 'commanded',
  })
  await site.pass(60_000)
  expect((await reader.next())!.data.nodes[0]!.lamp!.command).toMatchObject({ state: 'expired' })
  reader.close()
})

test('the gateway ends its streams when it closes, and closing twice is harmless', async () => {
  const reader = await Reader.open(site.url('/api/events'))
  await site.gateway.close()
  await site.gateway.close()
  // Without a single node there is nothing to tell, so the end is the first thing to come: as an end, or as a cut line.
  expect(await reader.next().catch(() => undefined)).toBeUndefined()
})

test('only a hundred may listen', async () => {
  const readers: Reader[] = []
  for (let count = 0; count < 100; count++) readers.push(await Reader.open(site.url('/api/events')))
  const refused = await fetch(site.url('/api/events'))
  expect(refused.status).toBe(503)
  await refused.text()
  for (const reader of readers) reader.close()
})
