/** Registering a new device at a gateway over its HTTP API. */
import type { DeviceRequest, ErrorAnswer } from '../../gateway/api/types.ts'

const ANSWER_MS = 10_000

/** What came of it: done, refused by the gateway with its own words, or no answer that makes sense. */
export type Registration =
  | { outcome: 'registered' }
  | { outcome: 'refused'; error: ErrorAnswer['error'] }
  | { outcome: 'unreachable'; reason: string }

/** POST /api/devices. Never throws: the network is allowed to fail. */
export async function register(gateway: URL, pin: string, device: DeviceRequest): Promise<Registration> {
  try {
    const answer = await fetch(new URL('/api/devices', gateway), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-operator-pin': pin },
      body: JSON.stringify(device),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (answer.ok) return { outcome: 'registered' }
    const error = refusalIn(await answer.json().catch(() => undefined))
    return error ? { outcome: 'refused', error } : { outcome: 'unreachable', reason: `HTTP ${answer.status}` }
  } catch (error) {
    return { outcome: 'unreachable', reason: reasonOf(error as Error) }
  }
}

/** fetch hides the system's reason in the cause. */
function reasonOf(error: Error): string {
  const cause = error.cause as NodeJS.ErrnoException | undefined
  return cause?.code ?? cause?.message ?? error.message
}

function refusalIn(body: unknown): ErrorAnswer['error'] | undefined {
  const error = (body as Partial<ErrorAnswer> | undefined)?.error
  const fields = [error?.where, error?.expected, error?.got]
  return fields.every((field) => typeof field === 'string') ? error : undefined
}
