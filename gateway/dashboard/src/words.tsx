/** The small words that stand on every card: how old, how good, how alive. */
import type { FlagValue, NodeState } from '../../api/types.ts'
import { ageOf } from './age.ts'
import { FLAG_ICONS, Icon, STATE_ICONS } from './icons.tsx'
import { ageClockMs, linkMode, texts } from './state.ts'

/** "5 phút trước", by the gateway's clock. */
export function ageWords(timeMs: number): string {
  const age = ageOf(ageClockMs.value, timeMs)
  return texts.value.age[age.unit](age.count)
}

/** By how much a time may be wrong: in minutes below two hours. */
function doubtWords(errorSeconds: number | undefined): string {
  if (errorSeconds === undefined) return texts.value.uncertainTime
  const minutes = Math.ceil(errorSeconds / 60)
  return minutes < 120
    ? texts.value.uncertainMinutes(minutes)
    : texts.value.uncertainHours(Math.ceil(minutes / 60))
}

interface AgeProps {
  timeMs: number
  uncertain?: boolean
  errorSeconds?: number | undefined
}

export function AgeText({ timeMs, uncertain = false, errorSeconds }: AgeProps) {
  return (
    <span class="age">
      {ageWords(timeMs)}
      {uncertain && ` (${doubtWords(errorSeconds)})`}
    </span>
  )
}

export function FlagWord({ flag }: { flag: FlagValue }) {
  return (
    <span class={`flag flag-${FLAG_ICONS[flag]}`}>
      <Icon name={FLAG_ICONS[flag]} />
      {texts.value.flags[flag]}
    </span>
  )
}

/** Whether a node reports; while the gateway is out of reach nobody knows. */
export function StateWord({ state }: { state: NodeState }) {
  if (linkMode.value === 'offline') {
    return (
      <span class="state state-never">
        <Icon name="never" />
        {texts.value.status.unknown}
      </span>
    )
  }
  return (
    <span class={`state state-${state}`}>
      <Icon name={STATE_ICONS[state]} />
      {texts.value.states[state]}
    </span>
  )
}
