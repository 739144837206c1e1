/** Every word the page says, in Vietnamese and in English. A key that one language lacks does not compile.
 *  The words themselves stand in texts.vi.ts and texts.en.ts. */
import type {
  FlagValue,
  HealthView,
  LampReason,
  ModeWord,
  NodeState,
  ProfileName,
  ResetWord,
  UpdateState,
} from '../../api/types.ts'
import type { Age } from './age.ts'
import type { QuantityName } from './appearance.ts'
import type { ConcernKind } from './attention.ts'
import type { Failure } from './failure.ts'
import type { HealthError, HealthRowName } from './health.ts'
import type { StepWord, UntilChoice } from './lampCommand.ts'
import type { UpdateReason } from './update.ts'
import { en } from './texts.en.ts'
import { vi } from './texts.vi.ts'

export type Language = 'vi' | 'en'

/** What a sentence about a concern is made of; texts only, already in the right form for the language. */
export interface ConcernWords {
  readonly name: string
  readonly quantity: string
  readonly flag: string
  /** "5 phút trước"; empty when unknown. */
  readonly age: string
}

/** What a sentence about an update is made of. */
export interface UpdateWords {
  readonly version: string
  readonly received: string
  readonly pieces: string
  readonly reason: string
  /** The version that runs. */
  readonly running: string
}

export interface Texts {
  readonly title: string
  readonly simulated: string
  readonly loading: string
  readonly otherLanguage: string
  readonly textSize: string
  readonly villageTime: string
  readonly status: {
    readonly good: (reporting: number) => string
    readonly empty: string
    readonly others: (count: number) => string
    readonly stale: string
    readonly unknown: string
  }
  readonly link: {
    readonly offline: (moment: string) => string
    readonly offlineEmpty: string
    readonly polling: (moment: string) => string
  }
  readonly attention: {
    readonly title: string
    readonly more: (count: number) => string
    readonly fewer: string
    readonly concerns: Readonly<Record<ConcernKind, (words: ConcernWords) => string>>
  }
  readonly age: Readonly<Record<Age['unit'], (count: number) => string>>
  readonly uncertainTime: string
  readonly uncertainMinutes: (minutes: number) => string
  readonly uncertainHours: (hours: number) => string
  readonly onDay: (clock: string, day: string) => string
  /** What the small lines on the cards show. */
  readonly lineHint: string
  readonly sections: Readonly<Record<ProfileName, string>>
  readonly profiles: Readonly<Record<ProfileName, string>>
  readonly states: Readonly<Record<NodeState, string>>
  readonly heard: (age: string) => string
  readonly every: (minutes: string) => string
  readonly quantities: Readonly<Record<QuantityName, string>>
  readonly flags: Readonly<Record<FlagValue, string>>
  readonly yes: string
  readonly no: string
  readonly noReadings: string
  readonly health: {
    readonly title: string
    readonly resets: Readonly<Record<ResetWord, string>>
    readonly modes: Readonly<Record<ModeWord, string>>
    readonly supplies: Readonly<Record<HealthView['supply'], string>>
    readonly clocks: Readonly<Record<HealthView['clock'], string>>
    readonly settings: {
      readonly changed: (revision: number) => string
      readonly written: (crc: string) => string
    }
    readonly rows: Readonly<Record<HealthRowName, string>>
    readonly errors: Readonly<Record<HealthError, string>>
    readonly none: string
  }
  readonly update: {
    readonly title: string
    readonly states: Readonly<Record<UpdateState, (words: UpdateWords) => string>>
    readonly reasons: Readonly<Record<UpdateReason, string>>
  }
  readonly chart: {
    readonly open: string
    readonly close: string
    readonly day: string
    readonly week: string
    readonly now: string
    readonly low: string
    readonly high: string
    readonly suspects: string
    readonly fails: string
    readonly none: string
    readonly failed: string
    readonly loading: string
    readonly range: (low: string, high: string) => string
    readonly radio: (eui: string, rssiDbm: string, snrDb: string) => string
  }
  readonly lamp: {
    readonly on: string
    readonly off: string
    readonly lit: string
    readonly dark: string
    readonly dimmed: (percent: string) => string
    readonly unknown: string
    readonly reasons: Readonly<Record<LampReason, string>>
    readonly confirmedAt: (moment: string, age: string) => string
    readonly command: (on: boolean, until: string) => string
    readonly steps: Readonly<Record<StepWord, string>>
    readonly waitHint: (minutes: string) => string
    readonly group: (name: string, count: number) => string
    readonly offline: string
  }
  readonly order: {
    readonly title: (on: boolean, name: string) => string
    readonly until: string
    readonly choices: Readonly<Record<UntilChoice, (moment: string) => string>>
    readonly pin: string
    readonly pinHint: string
    readonly pinMissing: string
    readonly send: (on: boolean) => string
    readonly sending: string
    readonly cancel: string
    readonly failures: Readonly<Record<Failure, string>>
  }
}

export const TEXTS: Readonly<Record<Language, Texts>> = { vi, en }

/** Whole minutes of an interval, at least one. */
export const minutesOf = (intervalSeconds: number): number => Math.max(1, Math.round(intervalSeconds / 60))
