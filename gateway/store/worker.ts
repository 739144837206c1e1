/** The thread that owns the file: takes all requests that wait, runs them in one transaction, commits, and only then answers.
 *  The queue forms by itself while a commit writes to the disk, so the group grows with the load and no timer is needed. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import type { EngineMethod } from './engine.ts'
import { SqliteEngine, storeErrorOf } from './sqlite.ts'
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

function refusal(id: number, error: unknown): Reply {
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

function runGroup(engine: SqliteEngine, requests: Requests): Replies {
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

/** Everything that waits at the port, `first` included. */
function waiting(port: MessagePort, first: Requests): Requests {
  const requests = [...first]
  for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) {
    requests.push(...(more.message as Requests))
  }
  return requests
}

function serve(port: MessagePort, engine: SqliteEngine): void {
  port.on('message', (first: Requests) => {
    const requests = waiting(port, first)
    const closing = requests.find((request) => request.method === 'close')
    const calls = requests.filter((request) => request !== closing)
    const replies: Replies = calls.length ? runGroup(engine, calls) : []
    if (closing) {
      engine.close()
      replies.push({ id: closing.id })
      port.postMessage(replies)
      port.close()
    } else port.postMessage(replies)
  })
}

function start(port: MessagePort): void {
  try {
    serve(port, new SqliteEngine(workerData as string))
    port.postMessage([{ id: -1 }] satisfies Replies)
  } catch (error) {
    port.postMessage([refusal(-1, error)] satisfies Replies)
    port.close()
  }
}

if (parentPort) start(parentPort)
