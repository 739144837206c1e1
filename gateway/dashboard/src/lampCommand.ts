/** A lamp command as a person follows it: until when, which steps it has behind it, and when each was seen. */
import type { CommandState, LampCommandView, LampView } from '../../api/types.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Viet Nam keeps UTC+7 all year. */
const ZONE_MS = 7 * HOUR_MS
const DAWN_MS = 6 * HOUR_MS

export const UNTIL_CHOICES = ['hour', 'threeHours', 'dawn'] as const
export type UntilChoice = (typeof UNTIL_CHOICES)[number]

/** The next 06:00 of the village. */
export function dawnAfter(nowMs: number): number {
  const midnightMs = Math.floor((nowMs + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS
  const dawnMs = midnightMs + DAWN_MS
  return dawnMs > nowMs ? dawnMs : dawnMs + DAY_MS
}

/** When a command ends that begins now. */
export function untilMsOf(choice: UntilChoice, nowMs: number): number {
  const ends: Record<UntilChoice, number> = {
    hour: nowMs + HOUR_MS,
    threeHours: nowMs + 3 * HOUR_MS,
    dawn: dawnAfter(nowMs),
  }
  return Math.round(ends[choice])
}

/** When this page saw a command take each step. The API names only the first; the others are known if the page was there. */
export interface Trail {
  readonly id: number
  readonly state: CommandState
  readonly waitingMs?: number
  readonly confirmedMs?: number
}

/** The trail after the lamp was seen again. Without an earlier trail of the same command nothing is invented: the page was not there. */
export function trailAfter(trail: Trail | undefined, lamp: LampView, nowMs: number): Trail | undefined {
  const { command, confirmed } = lamp
  if (!command) return undefined
  const known = trail?.id === command.id ? trail : undefined
  if (known?.state === command.state) return known
  const { id, state } = command
  const answered =
    state === 'confirmed' && confirmed?.reason === 'command' ? { confirmedMs: confirmed.timeMs } : {}
  const sent = known && state === 'waiting' ? { waitingMs: nowMs } : {}
  return { ...known, id, state, ...sent, ...answered }
}

export type StepName = 'commanded' | 'waiting' | 'confirmed' | 'expired' | 'ended'
export type StepStatus = 'done' | 'current' | 'open' | 'failed'

export interface Step {
  readonly name: StepName
  readonly status: StepStatus
  readonly timeMs?: number
}

/** What a step is called: a step that is still open must not sound as if it had happened. */
export type StepWord = StepName | 'unsent' | 'sent' | 'unconfirmed'

export function stepWord({ name, status }: Step): StepWord {
  if (name === 'waiting' && status !== 'current') return status === 'open' ? 'unsent' : 'sent'
  if (name === 'confirmed' && status === 'open') return 'unconfirmed'
  return name
}

/** The statuses of commanded, waiting and confirmed in each state of the API. */
const STATUSES: Record<CommandState, readonly [StepStatus, StepStatus, StepStatus]> = {
  commanded: ['current', 'open', 'open'],
  waiting: ['done', 'current', 'open'],
  confirmed: ['done', 'done', 'done'],
  expired: ['done', 'done', 'failed'],
  ended: ['done', 'done', 'done'],
}

const timed = (timeMs: number | undefined): { timeMs?: number } => (timeMs === undefined ? {} : { timeMs })

/** The steps of a command for the eye: what is done, what is waited for, what is still open. */
export function stepsOf(command: LampCommandView, trail: Trail | undefined): Step[] {
  const seen = trail?.id === command.id ? trail : undefined
  const [commanded, waiting, confirmed] = STATUSES[command.state]
  const steps: Step[] = [
    { name: 'commanded', status: commanded, timeMs: command.createdMs },
    { name: 'waiting', status: waiting, ...timed(seen?.waitingMs) },
  ]
  if (command.state === 'expired')
    return [...steps, { name: 'expired', status: 'failed', timeMs: command.untilMs }]
  const answer: Step = { name: 'confirmed', status: confirmed, ...timed(seen?.confirmedMs) }
  // What is over is told shortly: that it was done, and that it no longer counts.
  if (command.state === 'ended') return [answer, { name: 'ended', status: 'done', timeMs: command.untilMs }]
  return [...steps, answer]
}

/** A command that still has a say: its buttons must not suggest that nothing was asked for. */
export const isOpen = (command: LampCommandView | null): boolean =>
  command !== null && (command.state === 'commanded' || command.state === 'waiting')
