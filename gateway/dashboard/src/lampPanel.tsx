/** A lamp: what it confirmed about itself, the steps of its last command, and the two buttons. */
import type { LampCommandView, LampConfirmedView, LampView, NodeView } from '../../api/types.ts'
import { formatNumber } from './figures.ts'
import { momentText } from './gatewayTime.ts'
import type { IconName } from './icons.tsx'
import { Icon } from './icons.tsx'
import type { Step, StepStatus } from './lampCommand.ts'
import { isOpen, stepsOf, stepWord } from './lampCommand.ts'
import { ageClockMs, canCommand, language, openOrder, texts, trails } from './state.ts'
import { minutesOf } from './texts.ts'
import type { LampGroup } from './village.ts'
import { ageWords } from './words.tsx'

const STEP_ICONS: Record<StepStatus, IconName> = {
  done: 'good',
  current: 'late',
  open: 'open',
  failed: 'fail',
}

const moment = (timeMs: number): string => momentText(language.value, timeMs, ageClockMs.value)

function stateWord(confirmed: LampConfirmedView | null): string {
  const words = texts.value.lamp
  if (!confirmed) return words.unknown
  if (confirmed.levelPercent === 0) return words.dark
  if (confirmed.levelPercent >= 100) return words.lit
  return words.dimmed(formatNumber(language.value, confirmed.levelPercent, 0))
}

const lightOf = (confirmed: LampConfirmedView | null): 'lit' | 'dark' | 'never' =>
  confirmed ? (confirmed.levelPercent > 0 ? 'lit' : 'dark') : 'never'

function LampState({ confirmed }: { confirmed: LampConfirmedView | null }) {
  const light = lightOf(confirmed)
  return (
    <div class={`lamp-state lamp-${light}`} data-light={light}>
      <Icon name={light} />
      <p>
        <b>{stateWord(confirmed)}</b>
        {confirmed && <span class="lamp-reason">{texts.value.lamp.reasons[confirmed.reason]}</span>}
        {confirmed && (
          <span class="age">
            {texts.value.lamp.confirmedAt(moment(confirmed.timeMs), ageWords(confirmed.timeMs))}
          </span>
        )}
      </p>
    </div>
  )
}

function StepLine({ step }: { step: Step }) {
  return (
    <li class={`step step-${step.status}`} data-step={step.name} data-status={step.status}>
      <Icon name={STEP_ICONS[step.status]} />
      <span>{texts.value.lamp.steps[stepWord(step)]}</span>
      {step.timeMs !== undefined && <time>{moment(step.timeMs)}</time>}
    </li>
  )
}

interface CommandStepsProps {
  readonly node: NodeView
  readonly command: LampCommandView
}

function CommandSteps({ node, command }: CommandStepsProps) {
  const words = texts.value.lamp
  return (
    <div class="command" role="status" data-command={command.state}>
      <p class="command-title">{words.command(command.levelPercent > 0, moment(command.untilMs))}</p>
      <ol>
        {stepsOf(command, trails.value.get(node.eui)).map((step) => (
          <StepLine key={step.name} step={step} />
        ))}
      </ol>
      {isOpen(command) && node.intervalSeconds !== null && (
        <p class="command-hint">{words.waitHint(String(minutesOf(node.intervalSeconds)))}</p>
      )}
    </div>
  )
}

function LampButtons({ target, name }: { target: string; name: string }) {
  const words = texts.value.lamp
  const order = (on: boolean) => () => {
    openOrder.value = { target, name, on }
  }
  return (
    <>
      <div class="lamp-buttons">
        <button type="button" class="lamp-on" disabled={!canCommand.value} onClick={order(true)}>
          <Icon name="lit" />
          {words.on}
          <span class="only-heard">{name}</span>
        </button>
        <button type="button" class="lamp-off" disabled={!canCommand.value} onClick={order(false)}>
          <Icon name="dark" />
          {words.off}
          <span class="only-heard">{name}</span>
        </button>
      </div>
      {!canCommand.value && <p class="offline-hint">{words.offline}</p>}
    </>
  )
}

export function LampPanel({ node, lamp }: { node: NodeView; lamp: LampView }) {
  return (
    <div class="lamp" data-lamp={lamp.id}>
      <LampState confirmed={lamp.confirmed} />
      {lamp.command && <CommandSteps node={node} command={lamp.command} />}
      <LampButtons target={lamp.id} name={node.name} />
    </div>
  )
}

/** The two buttons of a whole group. */
export function GroupPanel({ group }: { group: LampGroup }) {
  const name = texts.value.lamp.group(group.name, group.nodes.length)
  return (
    <div class="card group" data-group={group.name}>
      <h3>{name}</h3>
      <LampButtons target={`group:${group.name}`} name={name} />
    </div>
  )
}
