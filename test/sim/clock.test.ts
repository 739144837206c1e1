/** Virtual time: order, stability, cancelling, and standing still while a promise is open. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../sim/clock.ts'

const START_MS = 1_000_000

describe('the virtual clock', () => {
  test('runs events by time, and those of one moment in the order they were asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 200 }), async (delays) => {
        const clock = new VirtualClock(START_MS)
        const ran: [number, number][] = []
        delays.forEach((delayMs, index) => clock.setTimer(delayMs, () => ran.push([clock.now(), index])))
        await clock.run(START_MS + 100)
        const expected = delays
          .map((delayMs, index): [number, number] => [START_MS + delayMs, index])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1])
        expect(ran).toEqual(expected)
        expect(clock.now()).toBe(START_MS + 100)
      }),
    )
  })

  test('events that ask for events keep the order, whatever the mixture', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 60 }), async (pairs) => {
        const clock = new VirtualClock(START_MS)
        const times: number[] = []
        for (const [first, second] of pairs)
          clock.setTimer(first, () => {
            times.push(clock.nowMicros())
            clock.setTimer(second, () => times.push(clock.nowMicros()))
          })
        await clock.run(START_MS + 1000)
        expect(times.length).toBe(2 * pairs.length)
        expect(times).toEqual([...times].sort((a, b) => a - b))
      }),
    )
  })

  test('keeps whole microseconds', async () => {
    const clock = new VirtualClock(START_MS)
    const seen: number[] = []
    clock.setTimer(0.0014, () => seen.push(clock.nowMicros()))
    clock.at(START_MS * 1000 + 2.6, () => seen.push(clock.nowMicros()))
    await clock.run(START_MS + 1)
    expect(seen).toEqual([START_MS * 1000 + 1, START_MS * 1000 + 3])
  })

  test('a cancelled timer does not ring, and cancelling twice is harmless', async () => {
    const clock = new VirtualClock(START_MS)
    let rang = 0
    const cancel = clock.setTimer(5, () => rang++)
    cancel()
    cancel()
    await clock.run(START_MS + 10)
    expect(rang).toBe(0)
    expect(clock.nextMs()).toBeUndefined()
  })

  test('stops at its end and leaves later events waiting', async () => {
    const clock = new VirtualClock(START_MS)
    let rang = 0
    clock.setTimer(10, () => rang++)
    clock.setTimer(11, () => rang++)
    await clock.run(START_MS + 10)
    expect(rang).toBe(1)
    expect(clock.nextMs()).toBe(START_MS + 11)
  })

  test('stands still until the promise of afterEach is kept', async () => {
    const clock = new VirtualClock(START_MS)
    const seen: string[] = []
    clock.setTimer(1, () => seen.push('first'))
    clock.setTimer(2, () => seen.push('second'))
    let events = 0
    await clock.run(START_MS + 5, () => {
      if (++events > 1) return undefined
      return new Promise((resolve) => {
        setImmediate(() => {
          seen.push(`held at ${clock.now()}`)
          resolve()
        })
      })
    })
    expect(seen).toEqual(['first', `held at ${START_MS + 1}`, 'second'])
  })
})
