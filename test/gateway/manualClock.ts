/** A clock that moves only when a test says so. */
import type { Clock } from '../../core/clock.ts'

interface Timer {
  atMs: number
  order: number
  run: () => void
}

export class ManualClock implements Clock {
  private timers: Timer[] = []
  private order = 0

  constructor(private nowMs = Date.UTC(2026, 0, 15, 3, 0, 0)) {}

  now(): number {
    return this.nowMs
  }

  setTimer(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, order: this.order++, run }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  /** Moves on, timer by timer; `settled` is awaited after each. */
  async advance(ms: number, settled: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const untilMs = this.nowMs + ms
    for (;;) {
      const [next] = this.timers
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      if (!next) break
      this.timers = this.timers.filter((timer) => timer !== next)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.run()
      await settled()
    }
    this.nowMs = untilMs
  }
}
