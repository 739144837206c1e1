/** Deduplication: one frame is heard by several forwarders; it is handled once, 200 ms after it was first heard, with all who
 *  heard it. */
import type { Clock } from '../../core/clock.ts'
import type { Counts } from '../counts.ts'
import type { Reception, Rxpk } from './rxpk.ts'

/** A frame and everyone who heard it. */
export interface Heard {
  phy: Uint8Array
  /** The first one to report stands first. */
  receptions: Reception[]
}

/** Long enough for the slowest backhaul that can still answer in the first receive window (ChirpStack and TTS use the same). */
const WINDOW_MS = 200
/** Frames that may wait at one time; a site hears a few. */
const WAITING_MAX = 10_000

export class Dedup {
  private readonly waiting = new Map<string, Heard & { cancel: () => void }>()

  constructor(
    private readonly clock: Clock,
    private readonly counts: Counts,
    private readonly handle: (heard: Heard) => void,
  ) {}

  push({ phy, reception }: Rxpk): void {
    const key = Buffer.from(phy.buffer, phy.byteOffset, phy.length).toString('latin1')
    const known = this.waiting.get(key)
    if (known) {
      this.counts.add('uplinks.again')
      known.receptions.push(reception)
      return
    }
    if (this.waiting.size >= WAITING_MAX) return this.counts.refuse('frame', 'overload')
    this.counts.add('uplinks')
    const cancel = this.clock.setTimer(WINDOW_MS, () => this.finish(key))
    this.waiting.set(key, { phy, receptions: [reception], cancel })
  }

  /** Handles at once what still waits: the window is cut short rather than a frame lost. */
  close(): void {
    for (const [key, { cancel }] of [...this.waiting]) {
      cancel()
      this.finish(key)
    }
  }

  private finish(key: string): void {
    const heard = this.waiting.get(key)
    if (!heard) return
    this.waiting.delete(key)
    this.handle({ phy: heard.phy, receptions: heard.receptions })
  }
}

/** The receptions with the best signal first: by SNR, then by RSSI. */
export function bySignal(receptions: Reception[]): Reception[] {
  return [...receptions].sort((a, b) => b.snrDb - a.snrDb || b.rssiDbm - a.rssiDbm)
}
