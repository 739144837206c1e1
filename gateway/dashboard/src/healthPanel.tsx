/** The technician's part of a card: closed until somebody wants it. */
import type { HealthView } from '../../api/types.ts'
import { healthRows } from './health.ts'
import { language, texts } from './state.ts'
import { AgeText } from './words.tsx'

export function HealthPanel({ health }: { health: HealthView }) {
  const words = texts.value.health
  return (
    <details class="health">
      <summary>
        {words.title} <AgeText timeMs={health.timeMs} />
      </summary>
      <dl class="summary">
        {healthRows(language.value, health).map(([name, value]) => (
          <div key={name}>
            <dt>{words.rows[name]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
