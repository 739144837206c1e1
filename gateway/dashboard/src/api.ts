/** The gateway's HTTP API as this page uses it. An answer that cannot be read counts as no answer. */
import type {
  ErrorAnswer,
  LampCommandAnswer,
  LampCommandRequest,
  NodesAnswer,
  NodesEvent,
  ReadingPoint,
  ReadingsAnswer,
  StatusAnswer,
  TickEvent,
} from '../../api/types.ts'
import type { Failure } from './failure.ts'
import { failureOf } from './failure.ts'
import type { EventHandlers } from './link.ts'

const TIMEOUT_MS = 10_000

async function getJson<Answer>(path: string): Promise<Answer> {
  const answer = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS), cache: 'no-store' })
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return (await answer.json()) as Answer
}

export const fetchNodes = (): Promise<NodesAnswer> => getJson('api/nodes')

export const fetchStatus = (): Promise<StatusAnswer> => getJson('api/status')

export async function fetchReadings(
  eui: string,
  quantity: string,
  fromMs: number,
  toMs: number,
): Promise<ReadingPoint[]> {
  const query = new URLSearchParams({
    quantity,
    from: String(Math.floor(fromMs)),
    to: String(Math.ceil(toMs)),
  })
  const answer = await getJson<ReadingsAnswer>(
    `api/nodes/${encodeURIComponent(eui)}/readings?${query.toString()}`,
  )
  return answer.points
}

export type CommandOutcome =
  { answer: LampCommandAnswer } | { failure: Failure; error?: ErrorAnswer['error'] }

/** Orders a lamp or a group; `target` is a lamp's id or `group:<name>`. Never rejects. */
export async function sendCommand(
  target: string,
  pin: string,
  request: LampCommandRequest,
): Promise<CommandOutcome> {
  // A header carries plain letters only: a PIN with others is a wrong one, not an exception.
  if (!/^[\x20-\x7e]+$/.test(pin)) return { failure: 'pin' }
  try {
    const answer = await fetch(`api/lamps/${encodeURIComponent(target)}/command`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-operator-pin': pin },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const body: unknown = await answer.json().catch(() => undefined)
    if (answer.ok) return { answer: body as LampCommandAnswer }
    const refusal = body as ErrorAnswer | undefined
    return { failure: failureOf(answer.status), ...(refusal?.error && { error: refusal.error }) }
  } catch {
    return { failure: failureOf(0) }
  }
}

export interface EventTakers {
  nodes(event: NodesEvent): void
  tick(event: TickEvent): void
}

/** Opens the event stream. It is closed at the first failure: when to try again is the link's decision. */
export function openEvents(on: EventHandlers, take: EventTakers): () => void {
  const source = new EventSource('api/events')
  source.addEventListener('open', () => on.opened())
  source.addEventListener('error', () => on.failed())
  const listen = <Event>(name: string, taker: (event: Event) => void): void =>
    source.addEventListener(name, (message: MessageEvent<string>) => {
      taker(JSON.parse(message.data) as Event)
      on.heard()
    })
  listen<NodesEvent>('nodes', (event) => take.nodes(event))
  listen<TickEvent>('tick', (event) => take.tick(event))
  return () => source.close()
}
