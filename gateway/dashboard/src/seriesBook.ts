/** Keeps the 24 h lines of the cards in sight: few requests at a time, each line at most every 30 s, none for cards nobody sees. */
import type { ReadingPoint } from '../../api/types.ts'
import type { PageClock } from './clock.ts'

export const REFRESH_MS = 30_000
const REQUESTS_MAX = 3
/** Wishes of one scroll or one event are gathered before the first request. */
const GATHER_MS = 150

export interface SeriesKey {
  readonly eui: string
  readonly quantity: string
}

export interface SeriesHost {
  readonly clock: PageClock
  /** The points of the last 24 h. A rejection means that the line stays as it was. */
  fetchDay(key: SeriesKey): Promise<ReadingPoint[]>
  onSeries(key: SeriesKey, points: ReadingPoint[]): void
}

export interface SeriesBook {
  /** The line is in sight and its newest reading is of `latestMs`; called again whenever that changes. */
  want(key: SeriesKey, latestMs: number): void
  /** Nobody sees the line any more. */
  release(key: SeriesKey): void
  /** Nothing is asked for while the gateway is out of reach. */
  setPaused(paused: boolean): void
}

interface Entry {
  readonly key: SeriesKey
  wantedMs: number
  /** `wantedMs` of the last answer; -1 before the first. */
  heldMs: number
  /** When it was last asked for, on this machine's clock. */
  askedMs: number
  inSight: boolean
  inFlight: boolean
}

export const seriesName = (key: SeriesKey): string => `${key.eui}/${key.quantity}`

export function makeSeriesBook(host: SeriesHost): SeriesBook {
  const { clock } = host
  const entries = new Map<string, Entry>()
  let running = 0
  let paused = false
  let wake: (() => void) | undefined
  let wakeAtMs = Infinity

  const plan = (delayMs: number): void => {
    const atMs = clock.now() + delayMs
    if (wake && wakeAtMs <= atMs) return
    wake?.()
    wakeAtMs = atMs
    wake = clock.setTimer(delayMs, () => {
      wake = undefined
      wakeAtMs = Infinity
      pump()
    })
  }

  const finish = (entry: Entry, askedForMs: number, points?: ReadingPoint[]): void => {
    running -= 1
    entry.inFlight = false
    if (points) {
      entry.heldMs = askedForMs
      host.onSeries(entry.key, points)
    }
    plan(0)
  }

  const ask = (entry: Entry): void => {
    const askedForMs = entry.wantedMs
    running += 1
    entry.inFlight = true
    entry.askedMs = clock.now()
    host.fetchDay(entry.key).then(
      (points) => finish(entry, askedForMs, points),
      () => finish(entry, askedForMs),
    )
  }

  /** Asks for what is due, the longest unasked first, and sleeps until the next one is. */
  function pump(): void {
    if (paused) return
    const due = [...entries.values()]
      .filter((entry) => entry.inSight && !entry.inFlight && entry.wantedMs !== entry.heldMs)
      .sort((a, b) => a.askedMs - b.askedMs)
    const [next] = due
    if (!next || running >= REQUESTS_MAX) return
    const waitMs = next.askedMs + REFRESH_MS - clock.now()
    if (waitMs > 0) return plan(waitMs)
    ask(next)
    pump()
  }

  return {
    want(key, latestMs) {
      const name = seriesName(key)
      const entry = entries.get(name) ?? {
        key,
        wantedMs: latestMs,
        heldMs: -1,
        askedMs: -Infinity,
        inSight: true,
        inFlight: false,
      }
      entries.set(name, entry)
      entry.wantedMs = latestMs
      entry.inSight = true
      plan(GATHER_MS)
    },
    release(key) {
      const entry = entries.get(seriesName(key))
      if (entry) entry.inSight = false
    },
    setPaused(next) {
      paused = next
      if (!paused) plan(GATHER_MS)
    },
  }
}
