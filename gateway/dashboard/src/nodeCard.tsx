/** The card of one node: what it is, whether it is alive, and its readings; a lamp also has its state and its buttons. */
import { useEffect } from 'preact/hooks'
import type { NodeView } from '../../api/types.ts'
import { HealthPanel } from './healthPanel.tsx'
import { useInSight } from './inSight.ts'
import { Icon, PROFILE_ICONS } from './icons.tsx'
import { LampPanel } from './lampPanel.tsx'
import { ReadingRow } from './readingRow.tsx'
import { seriesBook } from './session.ts'
import { texts } from './state.ts'
import { minutesOf } from './texts.ts'
import { rowsOf } from './village.ts'
import { ageWords, StateWord } from './words.tsx'

function NodeHead({ node }: { node: NodeView }) {
  return (
    <header class="card-head">
      <span class={`card-icon card-icon-${node.profile}`}>
        <Icon name={PROFILE_ICONS[node.profile]} />
      </span>
      <div>
        <h3>{node.name}</h3>
        <p class="card-kind">
          {texts.value.profiles[node.profile]}
          {node.intervalSeconds !== null && `, ${texts.value.every(String(minutesOf(node.intervalSeconds)))}`}
        </p>
      </div>
      <p class="card-state">
        <StateWord state={node.state} />
        {node.lastSeenMs !== null && <span class="age">{texts.value.heard(ageWords(node.lastSeenMs))}</span>}
      </p>
    </header>
  )
}

/** Asks for the card's lines while it is in sight, and again whenever a reading is newer. */
function useDayLines(node: NodeView, inSight: boolean): void {
  const rows = rowsOf(node)
  const newest = rows.map((reading) => `${reading.quantity}${reading.timeMs}`).join()
  useEffect(() => {
    if (!inSight) return
    for (const { quantity, timeMs } of rows) seriesBook.want({ eui: node.eui, quantity }, timeMs)
    return () => {
      for (const { quantity } of rows) seriesBook.release({ eui: node.eui, quantity })
    }
  }, [inSight, newest])
}

export function NodeCard({ node }: { node: NodeView }) {
  const [element, inSight] = useInSight<HTMLElement>()
  const rows = rowsOf(node)
  useDayLines(node, inSight)
  return (
    <article
      ref={element}
      class={`card card-${node.state}`}
      id={`node-${node.eui}`}
      data-node={node.eui}
      data-profile={node.profile}
    >
      <NodeHead node={node} />
      {node.lamp && <LampPanel node={node} lamp={node.lamp} />}
      {rows.length === 0 && <p class="nothing">{texts.value.noReadings}</p>}
      {rows.map((reading) => (
        <ReadingRow key={reading.quantity} node={node} reading={reading} />
      ))}
      {(node.health ?? node.update) && <HealthPanel health={node.health} update={node.update} />}
    </article>
  )
}
