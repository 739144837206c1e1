/** The store on a SQLite file in the caller's own thread: for a run in virtual time, which stands still while the store commits. A thread of the store's
 *  own wins nothing there, and waking it and being woken by it costs more than the commit. */
import { storeOf, type Ask } from './engine.ts'
import { runGroup, type Request } from './group.ts'
import { SqliteEngine } from './sqlite.ts'
import { StoreError, type Store } from './store.ts'

interface Call {
  request: Request
  resolve: (value: never) => void
  reject: (error: StoreError) => void
}

/** Gathers the calls of one turn of the event loop into one commit. */
class Gathering {
  private calls: Call[] = []
  private closed = false

  constructor(private readonly engine: SqliteEngine) {}

  ask(method: Request['method'], parameters: unknown[]): Promise<never> {
    if (this.closed) return Promise.reject(new StoreError('closed', 'the store was closed'))
    return new Promise((resolve, reject) => {
      this.calls.push({ request: { id: this.calls.length, method, parameters }, resolve, reject })
      if (this.calls.length === 1) queueMicrotask(() => this.run())
    })
  }

  /** What was asked before the end is answered. */
  end(): void {
    if (this.closed) return
    this.closed = true
    this.run()
    this.engine.close()
  }

  private run(): void {
    const { calls } = this
    this.calls = []
    if (calls.length === 0) return
    const requests = calls.map(({ request }) => request)
    for (const { id, value, error } of runGroup(this.engine, requests)) {
      if (error) calls[id]!.reject(new StoreError(error.reason, error.detail))
      else calls[id]!.resolve(value as never)
    }
  }
}

/** As openLibsqlStore. */
export async function openInlineStore(file: string): Promise<Store> {
  const gathering = new Gathering(new SqliteEngine(file))
  const ask: Ask = (method, ...parameters) => gathering.ask(method, parameters)
  return storeOf(ask, async () => gathering.end())
}
