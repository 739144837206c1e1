/** The gateway's clock on this page. The phone's own clock may be wrong, and a simulated village runs faster than a real one:
 *  so the page keeps what the gateway last said and goes on from there at the pace the gateway was seen to keep. */
import { LOCALES } from './figures.ts'
import type { Language } from './texts.ts'
import { TEXTS } from './texts.ts'

interface Observation {
  gatewayMs: number
  wallMs: number
}

export interface GatewayTime {
  /** The gateway said that it is `gatewayMs` when this machine's clock stood at `wallMs`. */
  observe(gatewayMs: number, wallMs: number): void
  /** The gateway's time now; 0 before the first observation. */
  now(wallMs: number): number
}

const BASE_MS = 60_000 // The pace is measured over at most this long, so that it follows a change of speed.
const BASE_MS_MIN = 1_500 // Shorter, and the network's delay would look like a change of pace.
const TRUSTED_MS = 30_000 // Without news for longer, time goes on at its ordinary pace.
const PACE_MAX = 100_000

export function makeGatewayTime(): GatewayTime {
  let base: Observation | undefined
  let latest: Observation | undefined
  let pace = 1
  return {
    observe(gatewayMs, wallMs) {
      latest = { gatewayMs, wallMs }
      const passedMs = base ? wallMs - base.wallMs : 0
      if (!base || passedMs < 0 || gatewayMs < base.gatewayMs) base = latest
      if (passedMs < BASE_MS_MIN) return
      pace = paceOf(gatewayMs - base.gatewayMs, passedMs)
      if (passedMs > BASE_MS) base = latest
    },
    now(wallMs) {
      if (!latest) return 0
      const passedMs = Math.max(0, wallMs - latest.wallMs)
      const trustedMs = Math.min(passedMs, TRUSTED_MS)
      return Math.round(latest.gatewayMs + pace * trustedMs + (passedMs - trustedMs))
    },
  }
}

/** A pace within a fifth of real time is real time: the difference is the network's delay. */
function paceOf(gatewayPassedMs: number, wallPassedMs: number): number {
  const pace = gatewayPassedMs / wallPassedMs
  return Math.abs(pace - 1) < 0.2 ? 1 : Math.min(pace, PACE_MAX)
}

const TIME_ZONE = 'Asia/Ho_Chi_Minh'
const CLOCK: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: TIME_ZONE,
}
const DAY: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  timeZone: TIME_ZONE,
}
const SHORT_DAY: Intl.DateTimeFormatOptions = { day: '2-digit', month: '2-digit', timeZone: TIME_ZONE }

const FORMATS = new Map<string, Intl.DateTimeFormat>()

function format(
  name: string,
  language: Language,
  options: Intl.DateTimeFormatOptions,
  timeMs: number,
): string {
  const key = `${name}${language}`
  const made = FORMATS.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], options)
  FORMATS.set(key, made)
  return made.format(timeMs)
}

/** Hours and minutes of the village, "14:05". */
export const clockText = (language: Language, timeMs: number): string =>
  format('clock', language, CLOCK, timeMs)

/** Weekday and date of the village. */
export const dayText = (language: Language, timeMs: number): string => format('day', language, DAY, timeMs)

/** "22/11", whatever mark the language's calendar would put between the two. */
export const shortDayText = (language: Language, timeMs: number): string =>
  format('shortDay', language, SHORT_DAY, timeMs).replace('-', '/')

/** "14:05", and with its day when that is not today. */
export function momentText(language: Language, timeMs: number, nowMs: number): string {
  const day = shortDayText(language, timeMs)
  const clock = clockText(language, timeMs)
  return day === shortDayText(language, nowMs) ? clock : TEXTS[language].onDay(clock, day)
}
