/** The store on a SQLite file, behind a thread of its own: a slow disk never delays a receive window.
 *  Calls made in one turn of the event loop travel in one message; those that wait while the disk is busy share one commit. */
import { Worker } from 'node:worker_threads'
import { storeOf, type Ask } from './engine.ts'
import { StoreError, type Store } from './store.ts'
import type { Replies, Reply, Request, Requests } from './group.ts'

const OPENING = -1

interface Waiter {
  resolve: (value: never) => void
  reject: (error: StoreError) => void
}

/** The line to the thread: numbers the requests, bundles them, and hands each reply to whoever waits for it. */
class Line {
  private worker: Worker
  private waiters = new Map<number, Waiter>()
  private outbox: Requests = []
  private lastId = 0
  private closed = false

  constructor(file: string) {
    // The sources run as they are, in the thread too: tsx is what bin/fieldnode.mjs registers.
    this.worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: file })
    this.worker.on('message', (replies: Replies) => replies.forEach((reply) => this.settle(reply)))
    this.worker.on('error', (error) => this.fail('failed', error.message))
    this.worker.on('exit', () => this.fail('closed', 'the store was closed'))
  }

  /** Resolves when the file is open; when it cannot be opened, rejects after the thread has let go of it. */
  async opened(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => this.waiters.set(OPENING, { resolve, reject }))
    } catch (error) {
      this.closed = true
      await this.worker.terminate()
      throw error
    }
  }

  ask(method: Request['method'], parameters: unknown[]): Promise<never> {
    if (this.closed) return Promise.reject(new StoreError('closed', 'the store was closed'))
    if (method === 'close') this.closed = true
    return new Promise((resolve, reject) => {
      const id = ++this.lastId
      this.waiters.set(id, { resolve, reject })
      this.outbox.push({ id, method, parameters })
      if (this.outbox.length === 1) queueMicrotask(() => this.post())
    })
  }

  private post(): void {
    this.worker.postMessage(this.outbox)
    this.outbox = []
  }

  private settle({ id, value, error }: Reply): void {
    const waiter = this.waiters.get(id)
    this.waiters.delete(id)
    if (error) waiter?.reject(new StoreError(error.reason, error.detail))
    else waiter?.resolve(value as never)
  }

  private fail(reason: StoreError['reason'], detail: string): void {
    this.closed = true
    for (const { reject } of this.waiters.values()) reject(new StoreError(reason, detail))
    this.waiters.clear()
  }

  /** Resolves when the thread has ended; the second time as well. */
  async end(): Promise<void> {
    if (!this.closed) await this.ask('close', [])
    await this.worker.terminate()
  }
}

/** Opens or makes the file; ':memory:' is SQLite's own memory. Rejects with a StoreError: 'corrupt', 'newer', 'locked' or 'unreadable'. */
export async function openLibsqlStore(file: string): Promise<Store> {
  const line = new Line(file)
  await line.opened()
  const ask: Ask = (method, ...parameters) => line.ask(method, parameters)
  return storeOf(ask, () => line.end())
}
