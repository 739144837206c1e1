/** Requests to an engine, run together: those that wait at the same time share one transaction, and when it fails only the one at fault is refused. */
import type { EngineMethod } from './engine.ts'
import { storeErrorOf, type SqliteEngine } from './sqlite.ts'
import type { StoreErrorReason } from './store.ts'

export interface Request {
  id: number
  method: EngineMethod | 'close'
  parameters: unknown[]
}

export interface Reply {
  /** -1 for the opening of the file. */
  id: number
  value?: unknown
  error?: { reason: StoreErrorReason; detail: string }
}

/** Requests arrive and replies leave in bundles. */
export type Requests = Request[]
export type Replies = Reply[]

export function refusal(id: number, error: unknown): Reply {
  const { reason, detail } = storeErrorOf(error)
  return { id, error: { reason, detail } }
}

function answer(engine: SqliteEngine, { id, method, parameters }: Request): Reply {
  const methods = engine as unknown as { [name in typeof method]: (...given: unknown[]) => unknown }
  return { id, value: methods[method](...parameters) }
}

/** Runs requests in one transaction; throws when one of them or the commit fails, and nothing is written then. */
function runTogether(engine: SqliteEngine, requests: Requests): Replies {
  try {
    engine.begin()
    const replies = requests.map((request) => answer(engine, request))
    engine.commit()
    return replies
  } catch (error) {
    engine.rollback()
    throw error
  }
}

/** One request on its own, so that only the one that fails is refused. */
function runAlone(engine: SqliteEngine, request: Request): Reply {
  try {
    return runTogether(engine, [request])[0]!
  } catch (error) {
    return refusal(request.id, error)
  }
}

/** Answers each request, the writes among them committed. Never throws. */
export function runGroup(engine: SqliteEngine, requests: Requests): Replies {
  if (requests.every((request) => request.method !== 'write')) {
    return requests.map((request) => runRead(engine, request))
  }
  try {
    return runTogether(engine, requests)
  } catch {
    return requests.map((request) => runAlone(engine, request))
  }
}

function runRead(engine: SqliteEngine, request: Request): Reply {
  try {
    return answer(engine, request)
  } catch (error) {
    return refusal(request.id, error)
  }
}
