/** The whole page, from the sentence at the top to the last card. */
import { AttentionList } from './attentionList.tsx'
import { ChartDialog } from './chartDialog.tsx'
import { Header } from './header.tsx'
import { Icon, PROFILE_ICONS } from './icons.tsx'
import { GroupPanel } from './lampPanel.tsx'
import { NodeCard } from './nodeCard.tsx'
import { OrderDialog } from './orderDialog.tsx'
import { columns, openChart, openOrder, sections, texts } from './state.ts'
import type { Section } from './village.ts'
import { lampGroups } from './village.ts'

/** A short way down a long page, for phones. */
function Jumps() {
  if (columns.value > 1 || sections.value.length < 2) return null
  return (
    <nav class="jumps">
      {sections.value.map(({ profile, nodes }) => (
        <a key={profile} href={`#section-${profile}`}>
          <Icon name={PROFILE_ICONS[profile]} />
          {`${texts.value.sections[profile]} (${nodes.length})`}
        </a>
      ))}
    </nav>
  )
}

function SectionCards({ section }: { section: Section }) {
  const groups = section.profile === 'light' ? lampGroups(section.nodes) : []
  // As wide as its cards need, so that short sections share a row of a wall screen.
  const span = Math.min(section.nodes.length, columns.value)
  return (
    <section class="section" id={`section-${section.profile}`} style={{ gridColumn: `span ${span}` }}>
      <h2>
        {texts.value.sections[section.profile]} <small>{texts.value.lineHint}</small>
      </h2>
      {groups.map((group) => (
        <GroupPanel key={group.name} group={group} />
      ))}
      <div class="cards" style={{ gridTemplateColumns: `repeat(${span}, minmax(0, 1fr))` }}>
        {section.nodes.map((node) => (
          <NodeCard key={node.eui} node={node} />
        ))}
      </div>
    </section>
  )
}

export function App() {
  return (
    <>
      <Header />
      <main>
        <AttentionList />
        <Jumps />
        <div class="sections" style={{ gridTemplateColumns: `repeat(${columns.value}, minmax(0, 1fr))` }}>
          {sections.value.map((section) => (
            <SectionCards key={section.profile} section={section} />
          ))}
        </div>
      </main>
      {openOrder.value && <OrderDialog key={openOrder.value.target} order={openOrder.value} />}
      {openChart.value && <ChartDialog chart={openChart.value} />}
    </>
  )
}
