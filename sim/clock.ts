/** Virtual time: a queue of events in whole microseconds. Nothing here knows how fast the machine is.
 *  Events of the same microsecond run in the order in which they were asked for. */
import type { Clock } from '../core/clock.ts'

/** An event that waits. `run` is emptied when it has run or was cancelled. */
export interface Event {
  readonly atMicros: number
  readonly order: number
  run: (() => void) | undefined
}

/** The part of the clock that a chip needs. */
export interface Schedule {
  at(atMicros: number, run: () => void): Event
  cancel(event: Event): void
  nowMicros(): number
}

const before = (a: Event, b: Event): boolean =>
  a.atMicros < b.atMicros || (a.atMicros === b.atMicros && a.order < b.order)

/** Microseconds since 1970 stay below 2^53 until the year 2255. */
export class VirtualClock implements Clock, Schedule {
  private readonly heap: Event[] = []
  private micros: number
  private orders = 0

  /** `startMs` is unix time in whole milliseconds. */
  constructor(startMs: number) {
    this.micros = startMs * 1000
  }

  /** Unix time in whole milliseconds. */
  now(): number {
    return Math.floor(this.micros / 1000)
  }

  /** Unix time in whole microseconds. */
  nowMicros(): number {
    return this.micros
  }

  setTimer(delayMs: number, run: () => void): () => void {
    const event = this.at(this.micros + Math.max(0, Math.round(delayMs * 1000)), run)
    return () => this.cancel(event)
  }

  /** Runs `run` at `atMicros`; a time that has passed means now, after what already waits for now. */
  at(atMicros: number, run: () => void): Event {
    const event: Event = { atMicros: Math.max(Math.round(atMicros), this.micros), order: this.orders++, run }
    this.rise(event)
    return event
  }

  cancel(event: Event): void {
    event.run = undefined
  }

  /** Unix time of the next event in milliseconds with its fraction, or undefined when nothing waits. */
  nextMs(): number | undefined {
    while (this.heap.length > 0 && !this.heap[0]!.run) this.take()
    return this.heap.length === 0 ? undefined : this.heap[0]!.atMicros / 1000
  }

  /** Runs every event up to and at `untilMs`, then stands there. `afterEach` may hold virtual time still by answering a promise. */
  async run(untilMs: number, afterEach?: () => Promise<void> | undefined): Promise<void> {
    const untilMicros = Math.round(untilMs * 1000)
    while (this.heap.length > 0 && this.heap[0]!.atMicros <= untilMicros) {
      const event = this.take()
      const run = event.run
      if (!run) continue
      this.micros = event.atMicros
      event.run = undefined
      run()
      const held = afterEach?.()
      if (held) await held
    }
    if (untilMicros > this.micros) this.micros = untilMicros
  }

  private rise(event: Event): void {
    const heap = this.heap
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(event, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  private take(): Event {
    const heap = this.heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) this.sink(last)
    return first
  }

  private sink(event: Event): void {
    const heap = this.heap
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, event)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = event
  }
}
