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

export interface Link {
  /** Looks at once instead of at the next time: the phone woke up or has network again. */
  poke(): void
  stop(): void
}

export function startLink(host: LinkHost): Link {
  const { clock } = host
  let mode: LinkMode = 'starting'
  let reopenMs = REOPEN_MS_MIN
  let stopped = false
  /** The stream failed since it last flowed; before that, a snapshot alone is no reason to speak of polling. */
  let lost = false
  let closeEvents = (): void => {}
  let cancelSilence = (): void => {}
  let cancelReopen = (): void => {}
  let cancelPoll = (): void => {}

  const enter = (next: LinkMode): void => {
    if (stopped || mode === next) return
    mode = next
    host.onMode(next)
  }

  const watchSilence = (): void => {
    cancelSilence()
    cancelSilence = clock.setTimer(SILENCE_MS, lose)
  }

  const poll = (): void => {
    cancelPoll()
    void host.takeSnapshot().then((answered) => {
      if (stopped || mode === 'live') return
      if (!answered) enter('offline')
      else if (lost) enter('polling')
      cancelPoll()
      cancelPoll = clock.setTimer(POLL_MS, poll)
    })
  }

  const live = (): void => {
    if (stopped) return
    watchSilence()
    if (mode === 'live') return
    lost = false
    reopenMs = REOPEN_MS_MIN
    cancelPoll()
    enter('live')
    // Events tell what changes from now on; what changed while nobody listened comes with a snapshot.
    void host.takeSnapshot().then((answered) => {
      if (!answered) lose()
    })
  }

  const open = (): void => {
    cancelReopen()
    closeEvents()
    closeEvents = host.openEvents({ opened: live, heard: live, failed: lose })
    watchSilence()
  }

  function lose(): void {
    if (stopped) return
    lost = true
    cancelSilence()
    cancelReopen()
    closeEvents()
    closeEvents = () => {}
    cancelReopen = clock.setTimer(reopenMs, open)
    reopenMs = Math.min(2 * reopenMs, POLL_MS)
    // The first loss asks at once whether the API still answers; later ones leave that to the poll.
    if (mode === 'starting' || mode === 'live') {
      mode = 'starting'
      poll()
    }
  }

  open()
  poll()
  return {
    poke() {
      if (stopped || mode === 'live') return
      reopenMs = REOPEN_MS_MIN
      open()
      poll()
    },
    stop() {
      stopped = true
      for (const cancel of [cancelSilence, cancelReopen, cancelPoll, closeEvents]) cancel()
    },
  }
}
