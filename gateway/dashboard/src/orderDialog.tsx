/** Giving an order to a lamp: until when, the PIN once a visit, and one button that says what will happen. */
import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { LampCommandView } from '../../api/types.ts'
import { sendCommand } from './api.ts'
import { Dialog } from './dialog.tsx'
import type { Failure } from './failure.ts'
import { momentText } from './gatewayTime.ts'
import { Icon } from './icons.tsx'
import type { UntilChoice } from './lampCommand.ts'
import { UNTIL_CHOICES, untilMsOf } from './lampCommand.ts'
import type { LampOrder } from './state.ts'
import { canCommand, language, nowMs, openOrder, pin, takeChanged, texts, village } from './state.ts'

/** What the gateway answered belongs on the cards at once; a later state may already have come with an event. */
function showStored(order: LampOrder, command: LampCommandView): void {
  const addressed = [...village.value.values()].flatMap((node) => {
    if (!node.lamp || node.lamp.command?.id === command.id) return []
    const isMeant = order.target === node.lamp.id || order.target === `group:${node.lamp.group}`
    return isMeant ? [{ ...node, lamp: { ...node.lamp, command } }] : []
  })
  takeChanged(addressed, nowMs.value)
}

interface Draft {
  readonly until: Signal<UntilChoice>
  readonly typed: Signal<string>
  readonly problem: Signal<string>
  readonly sending: Signal<boolean>
}

async function send(order: LampOrder, draft: Draft): Promise<void> {
  const words = texts.value.order
  const used = pin.value || draft.typed.value.trim()
  if (used === '') {
    draft.problem.value = words.pinMissing
    return
  }
  draft.sending.value = true
  draft.problem.value = ''
  const untilMs = untilMsOf(draft.until.value, nowMs.value)
  const outcome = await sendCommand(order.target, used, { levelPercent: order.on ? 100 : 0, untilMs })
  draft.sending.value = false
  if ('failure' in outcome) return refuse(outcome.failure, draft)
  pin.value = used
  showStored(order, outcome.answer.command)
  openOrder.value = undefined
}

function refuse(failure: Failure, draft: Draft): void {
  if (failure === 'pin') {
    pin.value = ''
    draft.typed.value = ''
  }
  draft.problem.value = texts.value.order.failures[failure]
}

function UntilChooser({ until }: { until: Signal<UntilChoice> }) {
  const words = texts.value.order
  return (
    <fieldset class="until">
      <legend>{words.until}</legend>
      {UNTIL_CHOICES.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name="until"
            value={choice}
            checked={until.value === choice}
            onChange={() => (until.value = choice)}
          />
          {words.choices[choice](momentText(language.value, untilMsOf(choice, nowMs.value), nowMs.value))}
        </label>
      ))}
    </fieldset>
  )
}

function PinEntry({ typed }: { typed: Signal<string> }) {
  const words = texts.value.order
  return (
    <label class="pin">
      {words.pin}
      <input
        type="password"
        name="pin"
        inputMode="numeric"
        autoComplete="off"
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
      <span class="pin-hint">{words.pinHint}</span>
    </label>
  )
}

export function OrderDialog({ order }: { order: LampOrder }) {
  const draft: Draft = {
    until: useSignal<UntilChoice>('dawn'),
    typed: useSignal(''),
    problem: useSignal(''),
    sending: useSignal(false),
  }
  const words = texts.value.order
  const close = (): void => {
    openOrder.value = undefined
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    if (!draft.sending.value) void send(order, draft)
  }
  return (
    <Dialog label={words.title(order.on, order.name)} className="order" onClose={close}>
      <form onSubmit={submit}>
        <h2>{words.title(order.on, order.name)}</h2>
        <UntilChooser until={draft.until} />
        {pin.value === '' && <PinEntry typed={draft.typed} />}
        <p class="problem" role="alert">
          {draft.problem.value !== '' && <Icon name="alert" />}
          {draft.problem.value}
        </p>
        {!canCommand.value && <p class="offline-hint">{texts.value.lamp.offline}</p>}
        <div class="order-buttons">
          <button type="button" class="plain" onClick={close}>
            {words.cancel}
          </button>
          <button type="submit" class="strong" disabled={draft.sending.value || !canCommand.value}>
            {draft.sending.value ? words.sending : words.send(order.on)}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
