/** The one visit of one page: ties clock, link, lines and signals together. */
import { effect } from '@preact/signals'
import * as api from './api.ts'
import { clockOf } from './clock.ts'
import { Link } from './link.ts'
import { DAY_MS } from './series.ts'
import { SeriesBook } from './seriesBook.ts'
import * as state from './state.ts'

export const clock = clockOf({
  now: () => Date.now(),
  start: (run, delayMs) => setTimeout(run, delayMs),
  cancel: (timer) => clearTimeout(timer as number),
})

const TURN_MS = 1_000

export const seriesBook = new SeriesBook({
  clock,
  fetchDay: ({ eui, quantity }) =>
    api.fetchReadings(eui, quantity, state.nowMs.value - DAY_MS, state.nowMs.value),
  onSeries: state.takeSeries,
})

async function takeSnapshot(): Promise<boolean> {
  try {
    const answer = await api.fetchNodes()
    state.hearTime(answer.nowMs, clock.now())
    state.takeVillage(answer.nodes, answer.nowMs)
    void takeStatus()
    return true
  } catch {
    return false
  }
}

/** Whether the village is simulated; when the question fails it is asked again with the next snapshot. */
async function takeStatus(): Promise<void> {
  try {
    state.simulated.value = (await api.fetchStatus()).simulated
  } catch {
    return
  }
}

function turn(): void {
  state.turnClock(clock.now())
  clock.setTimer(TURN_MS, turn)
}

export function startSession(): void {
  const link = new Link({
    clock,
    takeSnapshot,
    openEvents: (on) =>
      api.openEvents(on, {
        nodes(event) {
          state.hearTime(event.nowMs, clock.now())
          state.takeChanged(event.nodes, event.nowMs)
        },
        tick: (event) => state.hearTime(event.nowMs, clock.now()),
      }),
    onMode: (mode) => (state.linkMode.value = mode),
  })
  link.start()
  effect(() => seriesBook.setPaused(state.linkMode.value === 'offline'))
  addEventListener('online', () => link.poke())
  addEventListener('offline', () => link.doubt())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) link.poke()
  })
  turn()
}
