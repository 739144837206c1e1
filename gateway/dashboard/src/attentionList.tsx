/** "Cần xử lý": everything that needs somebody, worst first; each line leads to its card. */
import { useSignal } from '@preact/signals'
import type { Concern, Level } from './attention.ts'
import type { IconName } from './icons.tsx'
import { Icon } from './icons.tsx'
import { quantityWord } from './readingRow.tsx'
import { columns, concerns, texts } from './state.ts'
import { ageWords } from './words.tsx'

/** Lines at first on one column, and on a screen of several. */
const SHOWN_NARROW = 5
const SHOWN_WIDE = 12

const LEVEL_ICONS: Record<Level, IconName> = { bad: 'alert', watch: 'suspect', notice: 'late' }

const lowered = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1)

/** A concern as a sentence without its full stop. */
export function concernSentence(of: Concern): string {
  return texts.value.attention.concerns[of.kind]({
    name: of.name,
    quantity: of.quantity === undefined ? '' : lowered(quantityWord(of.quantity)),
    flag: of.flag === undefined ? '' : lowered(texts.value.flags[of.flag]),
    age: of.timeMs === undefined ? '' : ageWords(of.timeMs),
  })
}

function ConcernLine({ of }: { of: Concern }) {
  return (
    <li>
      <a class={`concern concern-${of.level}`} href={`#node-${of.eui}`} data-concern={of.kind}>
        <Icon name={LEVEL_ICONS[of.level]} />
        <span>{concernSentence(of)}</span>
      </a>
    </li>
  )
}

export function AttentionList() {
  const all = useSignal(false)
  const words = texts.value.attention
  const found = concerns.value
  if (found.length === 0) return null
  const shownAtFirst = columns.value > 1 ? SHOWN_WIDE : SHOWN_NARROW
  const shown = all.value ? found : found.slice(0, shownAtFirst)
  const hidden = found.length - shown.length
  return (
    <section class="attention" aria-label={words.title}>
      <h2>{`${words.title} (${found.length})`}</h2>
      <ul>
        {shown.map((of) => (
          <ConcernLine key={`${of.kind}${of.eui}${of.quantity ?? ''}`} of={of} />
        ))}
      </ul>
      {found.length > shownAtFirst && (
        <button type="button" class="plain" onClick={() => (all.value = !all.value)}>
          {hidden > 0 ? words.more(hidden) : words.fewer}
        </button>
      )}
    </section>
  )
}
