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

export class SeriesBook {
  private readonly entries = new Map<string, Entry>()
  private running = 0
  private paused = false
  private wake: (() => void) | undefined
  private wakeAtMs = Infinity

  constructor(private readonly host: SeriesHost) {}

  /** The line is in sight and its newest reading is of `latestMs`; called again whenever that changes. */
  want(key: SeriesKey, latestMs: number): void {
    const name = seriesName(key)
    const fresh = { key, wantedMs: latestMs, heldMs: -1, askedMs: -Infinity, inSight: true, inFlight: false }
    const entry = this.entries.get(name) ?? fresh
    this.entries.set(name, entry)
    entry.wantedMs = latestMs
    entry.inSight = true
    this.plan(GATHER_MS)
  }

  /** Nobody sees the line any more. */
  release(key: SeriesKey): void {
    const entry = this.entries.get(seriesName(key))
    if (entry) entry.inSight = false
  }

  /** Nothing is asked for while the gateway is out of reach. */
  setPaused(paused: boolean): void {
    this.paused = paused
    if (!paused) this.plan(GATHER_MS)
  }

  /** Asks for what is due, the longest unasked first, and sleeps until the next one is. */
  private pump(): void {
    if (this.paused || this.running >= REQUESTS_MAX) return
    const [next] = [...this.entries.values()]
      .filter((entry) => entry.inSight && !entry.inFlight && entry.wantedMs !== entry.heldMs)
      .sort((a, b) => a.askedMs - b.askedMs)
    if (!next) return
    const waitMs = next.askedMs + REFRESH_MS - this.host.clock.now()
    if (waitMs > 0) return this.plan(waitMs)
    this.ask(next)
    this.pump()
  }

  private ask(entry: Entry): void {
    const askedForMs = entry.wantedMs
    this.running += 1
    entry.inFlight = true
    entry.askedMs = this.host.clock.now()
    this.host.fetchDay(entry.key).then(
      (points) => this.finish(entry, askedForMs, points),
      () => this.finish(entry, askedForMs),
    )
  }

  private finish(entry: Entry, askedForMs: number, points?: ReadingPoint[]): void {
    this.running -= 1
    entry.inFlight = false
    if (points) {
      entry.heldMs = askedForMs
      this.host.onSeries(entry.key, points)
    }
    this.plan(0)
  }

  /** Pumps `delayMs` from now, or earlier when that is planned already. */
  private plan(delayMs: number): void {
    const { clock } = this.host
    const atMs = clock.now() + delayMs
    if (this.wake && this.wakeAtMs <= atMs) return
    this.wake?.()
    this.wakeAtMs = atMs
    this.wake = clock.setTimer(delayMs, () => {
      this.wake = undefined
      this.wakeAtMs = Infinity
      this.pump()
    })
  }
}
