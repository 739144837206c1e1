/** GET /api/events: server-sent events, `nodes` for those that changed and `tick` as a heartbeat. */
import type { Context } from 'hono'
import { streamSSE, type SSEStreamingApi } from 'hono/streaming'
import type { Clock } from '../../core/clock.ts'
import { nodeView } from '../nodes/view.ts'
import type { Feed, Listener } from './feed.ts'
import type { NodesEvent, TickEvent } from './types.ts'

/** Writes what the listener has to hear; a slow reader hears less often, not late. */
async function tell(stream: SSEStreamingApi, listener: Listener, nowMs: number): Promise<void> {
  if (listener.dirty.size > 0) {
    const nodes = [...listener.dirty].map((node) => nodeView(node, nowMs))
    listener.dirty.clear()
    const data: NodesEvent = { nowMs, nodes }
    await stream.writeSSE({ event: 'nodes', data: JSON.stringify(data) })
  }
  if (!listener.tick) return
  listener.tick = false
  const data: TickEvent = { nowMs }
  await stream.writeSSE({ event: 'tick', data: JSON.stringify(data) })
}

/** Resolves when there is something to hear, or the stream is to end. */
function woken(listener: Listener): Promise<void> {
  return new Promise((resolve) => {
    listener.wake = resolve
  })
}

export function streamEvents(context: Context, feed: Feed, clock: Clock): Response {
  return streamSSE(context, async (stream) => {
    const listener = feed.listen()
    stream.onAbort(() => listener.wake())
    try {
      while (!stream.aborted && !feed.closed) {
        const next = woken(listener)
        await tell(stream, listener, clock.now())
        if (listener.dirty.size === 0 && !listener.tick && !stream.aborted && !feed.closed) await next
      }
    } finally {
      feed.leave(listener)
    }
  })
}
