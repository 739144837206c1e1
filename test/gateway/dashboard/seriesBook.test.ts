/** The 24 h lines are fetched for what is in sight, a few at a time and not too often. */
import { describe, expect, test } from 'vitest'
import type { ReadingPoint } from '../../../gateway/api/types.ts'
import type { SeriesKey } from '../../../gateway/dashboard/src/seriesBook.ts'
import { REFRESH_MS, SeriesBook, seriesName } from '../../../gateway/dashboard/src/seriesBook.ts'
import { ManualClock } from '../manualClock.ts'
import { pass } from './settle.ts'

function bench(answerMs = 100) {
  const clock = new ManualClock()
  const seen = { asked: [] as string[], taken: [] as string[], running: 0, runningMax: 0, fails: false }
  const book = new SeriesBook({
    clock,
    fetchDay: (key) => {
      seen.asked.push(seriesName(key))
      seen.running += 1
      seen.runningMax = Math.max(seen.runningMax, seen.running)
      return new Promise<ReadingPoint[]>((resolve, reject) => {
        clock.setTimer(answerMs, () => {
          seen.running -= 1
          if (seen.fails) reject(new Error('no network'))
          else resolve([])
        })
      })
    },
    onSeries: (key) => seen.taken.push(seriesName(key)),
  })
  return { clock, seen, book }
}

const key = (index: number): SeriesKey => ({ eui: `n${index}`, quantity: 'ph' })

describe('the series book', () => {
  test('a hundred wishes become a hundred requests, three at a time', async () => {
    const { clock, seen, book } = bench()
    for (let index = 0; index < 100; index += 1) book.want(key(index), 1)
    await pass(clock, 10_000)
    expect(new Set(seen.taken).size).toBe(100)
    expect(seen.asked).toHaveLength(100)
    expect(seen.runningMax).toBe(3)
  })

  test('a line is asked for again only when its reading is newer, at most every 30 s', async () => {
    const { clock, seen, book } = bench()
    book.want(key(1), 1)
    await pass(clock, 5 * REFRESH_MS)
    expect(seen.asked).toHaveLength(1)
    for (let second = 0; second < 90; second += 1) {
      book.want(key(1), 2 + second)
      await pass(clock, 1_000)
    }
    expect(seen.asked).toHaveLength(1 + 3)
  })

  test('nothing is asked for cards that left the screen before their turn', async () => {
    const { clock, seen, book } = bench()
    book.want(key(1), 1)
    book.release(key(1))
    await pass(clock, REFRESH_MS)
    expect(seen.asked).toEqual([])
    book.want(key(1), 1)
    await pass(clock, 1_000)
    expect(seen.asked).toEqual(['n1/ph'])
  })

  test('a failed request is tried again after 30 s, and others are not held up', async () => {
    const { clock, seen, book } = bench()
    seen.fails = true
    book.want(key(1), 1)
    await pass(clock, 1_000)
    seen.fails = false
    book.want(key(2), 1)
    await pass(clock, 1_000)
    expect(seen.taken).toEqual(['n2/ph'])
    await pass(clock, REFRESH_MS)
    expect(seen.taken).toEqual(['n2/ph', 'n1/ph'])
  })

  test('a reading that came during a request is fetched with the next one', async () => {
    const { clock, seen, book } = bench(5_000)
    book.want(key(1), 1)
    await pass(clock, 1_000)
    book.want(key(1), 2)
    await pass(clock, REFRESH_MS + 10_000)
    expect(seen.asked).toHaveLength(2)
  })

  test('paused, it waits; resumed, it goes on', async () => {
    const { clock, seen, book } = bench()
    book.setPaused(true)
    book.want(key(1), 1)
    await pass(clock, REFRESH_MS)
    expect(seen.asked).toEqual([])
    book.setPaused(false)
    await pass(clock, 1_000)
    expect(seen.taken).toEqual(['n1/ph'])
  })
})
