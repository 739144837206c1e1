/** The page's link: events, else polling, else the honest word "disconnected". */
import { describe, expect, test } from 'vitest'
import type { EventHandlers, LinkMode } from '../../../gateway/dashboard/src/link.ts'
import { Link, POLL_MS, SILENCE_MS } from '../../../gateway/dashboard/src/link.ts'
import { ManualClock } from '../manualClock.ts'
import { pass } from './settle.ts'

function bench() {
  const clock = new ManualClock()
  const seen = {
    modes: [] as LinkMode[],
    opened: 0,
    closed: 0,
    snapshots: 0,
    answers: true,
    streams: true,
    on: undefined as EventHandlers | undefined,
  }
  const link = new Link({
    clock,
    openEvents(on) {
      seen.opened += 1
      seen.on = on
      clock.setTimer(10, () => (seen.streams ? on.opened() : on.failed()))
      return () => {
        seen.closed += 1
      }
    },
    takeSnapshot: () => {
      seen.snapshots += 1
      return Promise.resolve(seen.answers)
    },
    onMode: (mode) => seen.modes.push(mode),
  })
  link.start()
  return { clock, seen, link }
}

describe('the link', () => {
  test('goes live and takes what changed while nobody listened', async () => {
    const { clock, seen } = bench()
    await pass(clock, 1_000)
    expect(seen.modes).toEqual(['live'])
    expect(seen.snapshots).toBe(2)
  })

  test('never speaks of polling on the way to live', async () => {
    const { clock, seen } = bench()
    await pass(clock, 1_000)
    expect(seen.modes).not.toContain('polling')
  })

  test('polls every 30 s while the stream fails and the API answers', async () => {
    const { clock, seen } = bench()
    await pass(clock, 1_000)
    seen.streams = false
    seen.on!.failed()
    await pass(clock, 100)
    expect(seen.modes.at(-1)).toBe('polling')
    const before = seen.snapshots
    await pass(clock, 2 * POLL_MS)
    expect(seen.snapshots - before).toBe(2)
    expect(seen.modes).toEqual(['live', 'polling'])
  })

  test('says that it is offline when nothing answers, and comes back by itself', async () => {
    const { clock, seen } = bench()
    await pass(clock, 1_000)
    seen.streams = false
    seen.answers = false
    seen.on!.failed()
    await pass(clock, POLL_MS)
    expect(seen.modes.at(-1)).toBe('offline')
    seen.streams = true
    seen.answers = true
    await pass(clock, POLL_MS + 1_000)
    expect(seen.modes.at(-1)).toBe('live')
  })

  test('takes silence for loss, even when no error is reported', async () => {
    const { clock, seen } = bench()
    await pass(clock, 1_000)
    seen.streams = false
    seen.answers = false
    await pass(clock, SILENCE_MS + 1)
    expect(seen.modes).toEqual(['live', 'offline'])
  })

  test('does not wait for silence when the phone itself says that its network is gone', async () => {
    const { clock, seen, link } = bench()
    await pass(clock, 1_000)
    seen.streams = false
    seen.answers = false
    link.doubt()
    await pass(clock, 1)
    expect(seen.modes).toEqual(['live', 'offline'])
  })

  test('a gateway on the same machine is found again when the doubt was wrong', async () => {
    const { clock, seen, link } = bench()
    await pass(clock, 1_000)
    link.doubt()
    await pass(clock, 5_000)
    expect(seen.modes).toEqual(['live', 'polling', 'live'])
  })

  test('any event keeps it alive', async () => {
    const { clock, seen } = bench()
    await pass(clock, 1_000)
    for (let tick = 0; tick < 20; tick += 1) {
      seen.on!.heard()
      await pass(clock, 5_000)
    }
    expect(seen.modes).toEqual(['live'])
  })

  test('reopens ever more slowly, at most every 30 s', async () => {
    const { clock, seen } = bench()
    seen.streams = false
    await pass(clock, 10 * 60_000)
    expect(seen.opened).toBeGreaterThan(15)
    expect(seen.opened).toBeLessThan(30)
  })

  test('looks at once when it is poked', async () => {
    const { clock, seen, link } = bench()
    seen.streams = false
    seen.answers = false
    await pass(clock, 5 * 60_000)
    expect(seen.modes).toEqual(['offline'])
    seen.streams = true
    seen.answers = true
    link.poke()
    await pass(clock, 100)
    expect(seen.modes.at(-1)).toBe('live')
  })

  test('a gateway that streams but does not answer is not live', async () => {
    const { clock, seen } = bench()
    seen.answers = false
    await pass(clock, 1_000)
    expect(seen.modes.at(-1)).toBe('offline')
  })

  test('stopped, it leaves nothing behind', async () => {
    const { clock, seen, link } = bench()
    await pass(clock, 1_000)
    link.stop()
    const { opened, snapshots } = seen
    await pass(clock, 10 * 60_000)
    expect([seen.opened, seen.snapshots]).toEqual([opened, snapshots])
  })
})
