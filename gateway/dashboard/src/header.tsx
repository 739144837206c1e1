/** The top of the page: how the village is in one sentence, the gateway's clock, and the switches for language and text size. */
import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'
import { clockText, dayText, momentText } from './gatewayTime.ts'
import { concernSentence } from './attentionList.tsx'
import type { VillageStatus } from './attention.ts'
import type { TextSize } from './state.ts'
import { dataMs, language, linkMode, nowMs, simulated, status, texts, textSize } from './state.ts'

const STATUS_ICONS: Record<VillageStatus['level'], IconName> = {
  empty: 'never',
  good: 'good',
  notice: 'late',
  watch: 'suspect',
  bad: 'alert',
}

function statusSentence(of: VillageStatus): string {
  const words = texts.value.status
  if (of.level === 'empty') return words.empty
  if (!of.worst) return words.good(of.reporting)
  const sentence = concernSentence(of.worst)
  return of.others > 0 ? `${sentence}, ${words.others(of.others)}.` : `${sentence}.`
}

function StatusSentence() {
  const of = status.value
  if (dataMs.value === 0) return <p class="status status-empty">{texts.value.loading}</p>
  const stale = linkMode.value === 'offline'
  const level = stale ? 'empty' : of.level
  return (
    <p class={`status status-${level}`} role="status" data-level={level}>
      <Icon name={STATUS_ICONS[level]} />
      <span>
        {stale && `${texts.value.status.stale} `}
        {statusSentence(of)}
      </span>
    </p>
  )
}

function LinkBanner() {
  const words = texts.value.link
  const mode = linkMode.value
  if (mode === 'live' || mode === 'starting') return null
  const known = dataMs.value > 0
  const moment = momentText(language.value, dataMs.value, nowMs.value)
  const sentence =
    mode === 'polling' ? words.polling(moment) : known ? words.offline(moment) : words.offlineEmpty
  return (
    <p class={`banner banner-${mode}`} role="alert" data-link={mode}>
      <Icon name={mode === 'offline' ? 'lost' : 'late'} />
      <span>{sentence}</span>
    </p>
  )
}

const SIZE_NAMES: readonly [TextSize, string][] = [
  [0, 'A'],
  [1, 'A+'],
  [2, 'A++'],
]

function Switches() {
  const other = language.value === 'vi' ? 'en' : 'vi'
  return (
    <div class="switches">
      <button type="button" class="switch-language" lang={other} onClick={() => (language.value = other)}>
        {texts.value.otherLanguage}
      </button>
      <div class="sizes" role="group" aria-label={texts.value.textSize}>
        {SIZE_NAMES.map(([size, name]) => (
          <button
            key={name}
            type="button"
            class={`size-${size}`}
            aria-pressed={textSize.value === size}
            onClick={() => (textSize.value = size)}
          >
            {name}
          </button>
        ))}
      </div>
    </div>
  )
}

function VillageClock() {
  if (nowMs.value === 0) return null
  return (
    <p class="clock" title={texts.value.villageTime}>
      <b>{clockText(language.value, nowMs.value)}</b> <span>{dayText(language.value, nowMs.value)}</span>
    </p>
  )
}

export function Header() {
  return (
    <header class="top">
      <div class="top-line">
        <h1>{texts.value.title}</h1>
        <VillageClock />
        <Switches />
      </div>
      {simulated.value && (
        <p class="simulated">
          <Icon name="simulated" />
          <span>{texts.value.simulated}</span>
        </p>
      )}
      <LinkBanner />
      <StatusSentence />
    </header>
  )
}
