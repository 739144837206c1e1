/** A network in memory, for one node: what it writes is kept, what its broker says is said by the test, and time passes when the test says so. */
import type { NodeClock } from '../../../firmware/hal/index.ts'
import type { Network, Socket, SocketEvents } from '../../../firmware/hal/network.ts'

interface Timer {
  atMs: number
  run: () => void
}

export class TestClock implements NodeClock {
  private ms = 0
  private last = 0
  private readonly timers = new Map<number, Timer>()

  nowMs(): number {
    return this.ms
  }

  setTimer(delayMs: number, run: () => void): number {
    this.timers.set(++this.last, { atMs: this.ms + delayMs, run })
    return this.last
  }

  clearTimer(timer: number): void {
    this.timers.delete(timer)
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.timers.size
  }

  pass(ms: number): void {
    const until = this.ms + ms
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.atMs <= until)
      const next = due.sort(([, a], [, b]) => a.atMs - b.atMs)[0]
      if (!next) break
      this.timers.delete(next[0])
      this.ms = Math.max(this.ms, next[1].atMs)
      next[1].run()
    }
    this.ms = until
  }
}

/** One TCP connection. */
export class Line implements Socket {
  /** All that the node wrote. */
  readonly sent: number[] = []
  ended = false

  constructor(
    readonly host: string,
    readonly port: number,
    readonly events: SocketEvents,
  ) {}

  write(bytes: Uint8Array): void {
    if (this.ended) throw new Error('written after its end')
    this.sent.push(...bytes)
  }

  end(): void {
    this.ended = true
  }

  /** What the node wrote since the last call. */
  take(): number[] {
    return this.sent.splice(0)
  }

  say(...bytes: number[]): void {
    this.events.received(Uint8Array.from(bytes))
  }
}

export class TestNetwork implements Network {
  readonly lines: Line[] = []
  readonly joins: {
    ssid: string
    password: string
    lease: string
    done: (lease: string | undefined) => void
  }[] = []
  left = 0
  record: Uint8Array | undefined
  reachable = true

  settings(): Uint8Array | undefined {
    return this.record
  }

  join(ssid: string, password: string, lease: string, done: (lease: string | undefined) => void): void {
    this.joins.push({ ssid, password, lease, done })
  }

  leave(): void {
    this.left++
  }

  connect(host: string, port: number, events: SocketEvents): Socket | undefined {
    if (!this.reachable) return undefined
    this.lines.push(new Line(host, port, events))
    return this.line
  }

  /** The last connection. */
  get line(): Line {
    return this.lines[this.lines.length - 1]!
  }
}
