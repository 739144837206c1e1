/** The technician's part of a card: closed until somebody wants it. */
import type { HealthView, UpdateView } from '../../api/types.ts'
import { healthRows } from './health.ts'
import { language, texts } from './state.ts'
import { updateText } from './update.ts'
import { AgeText } from './words.tsx'

interface HealthProps {
  health: HealthView | null
  update: UpdateView | undefined
}

function UpdateRow({ update }: { update: UpdateView }) {
  return (
    <div data-update={update.state}>
      <dt>{texts.value.update.title}</dt>
      <dd>
        {updateText(language.value, update)} <AgeText timeMs={update.changedMs} />
      </dd>
    </div>
  )
}

export function HealthPanel({ health, update }: HealthProps) {
  const words = texts.value.health
  return (
    <details class="health">
      <summary>
        {words.title} {health && <AgeText timeMs={health.timeMs} />}
      </summary>
      <dl class="summary">
        {update && <UpdateRow update={update} />}
        {health &&
          healthRows(language.value, health).map(([name, value]) => (
            <div key={name}>
              <dt>{words.rows[name]}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </details>
  )
}
