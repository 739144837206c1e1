/** The page's link to the gateway: server-sent events while they flow, else a poll every 30 s, else the honest word "disconnected".
 *  Sleeping phones, broken Wi-Fi and restarted gateways all end here. */
import type { PageClock } from './clock.ts'

/** starting: nothing heard yet; live: events flow; polling: events do not, the API answers; offline: nothing answers. */
export type LinkMode = 'starting' | 'live' | 'polling' | 'offline'

export const POLL_MS = 30_000
/** The gateway sends a tick every 5 s; four missed ones are silence. */
export const SILENCE_MS = 20_000
export const REOPEN_MS_MIN = 2_000

export interface EventHandlers {
  opened(): void
  /** Any event: the stream lives. */
  heard(): void
  failed(): void
}

export interface LinkHost {
  readonly clock: PageClock
  /** Opens the stream; the answer closes it. */
  openEvents(on: EventHandlers): () => void
  /** Fetches and takes over the whole village; false when nothing answered. Never rejects. */
  takeSnapshot(): Promise<boolean>
  onMode(mode: LinkMode): void
}

const NOTHING = (): void => undefined

export class Link {
  private mode: LinkMode = 'starting'
  private reopenMs = REOPEN_MS_MIN
  private stopped = false
  /** The stream failed since it last flowed; before that, a snapshot alone is no reason to speak of polling. */
  private lost = false
  private closeEvents = NOTHING
  private cancelSilence = NOTHING
  private cancelReopen = NOTHING
  private cancelPoll = NOTHING

  constructor(private readonly host: LinkHost) {}

  start(): void {
    this.open()
    this.poll()
  }

  /** Looks at once instead of at the next time: the phone woke up or has network again. */
  poke(): void {
    if (this.stopped || this.mode === 'live') return
    this.reopenMs = REOPEN_MS_MIN
    this.start()
  }

  /** Believes nothing that was open: the phone says that its network is gone. A gateway on the same machine may still answer. */
  doubt(): void {
    this.lose()
  }

  stop(): void {
    this.stopped = true
    for (const end of [this.cancelSilence, this.cancelReopen, this.cancelPoll, this.closeEvents]) end()
  }

  private enter(next: LinkMode): void {
    if (this.stopped || this.mode === next) return
    this.mode = next
    this.host.onMode(next)
  }

  private open(): void {
    this.cancelReopen()
    this.closeEvents()
    const live = (): void => this.live()
    this.closeEvents = this.host.openEvents({ opened: live, heard: live, failed: () => this.lose() })
    this.watchSilence()
  }

  private watchSilence(): void {
    this.cancelSilence()
    this.cancelSilence = this.host.clock.setTimer(SILENCE_MS, () => this.lose())
  }

  private live(): void {
    if (this.stopped) return
    this.watchSilence()
    if (this.mode === 'live') return
    this.lost = false
    this.reopenMs = REOPEN_MS_MIN
    this.cancelPoll()
    this.enter('live')
    // Events tell what changes from now on; what changed while nobody listened comes with a snapshot.
    void this.host.takeSnapshot().then((answered) => {
      if (!answered) this.lose()
    })
  }

  private poll(): void {
    this.cancelPoll()
    void this.host.takeSnapshot().then((answered) => {
      if (this.stopped || this.mode === 'live') return
      if (!answered) this.enter('offline')
      else if (this.lost) this.enter('polling')
      this.cancelPoll()
      this.cancelPoll = this.host.clock.setTimer(POLL_MS, () => this.poll())
    })
  }

  private lose(): void {
    if (this.stopped) return
    this.lost = true
    this.cancelSilence()
    this.cancelReopen()
    this.closeEvents()
    this.closeEvents = NOTHING
    this.cancelReopen = this.host.clock.setTimer(this.reopenMs, () => this.open())
    this.reopenMs = Math.min(2 * this.reopenMs, POLL_MS)
    // The first loss asks at once whether the API still answers; later ones leave that to the poll.
    if (this.mode !== 'starting' && this.mode !== 'live') return
    this.mode = 'starting'
    this.poll()
  }
}
