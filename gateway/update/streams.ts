/** The bytes that are sent: a ticket with its bundle behind it, read from the store when first wanted. A few are held, the longest unused is let go. */
import type { Store } from '../store/store.ts'

/** A site has few boards and profiles; each stream takes 60 kB as a rule, a megabyte at most. */
const STREAMS_MAX = 8

export class Streams {
  private readonly held = new Map<number, Uint8Array>()

  constructor(private readonly store: Pick<Store, 'release'>) {}

  /** Undefined when nothing of that name is kept. Rejects with a StoreError. */
  async of(transfer: number): Promise<Uint8Array | undefined> {
    const stream = this.held.get(transfer) ?? (await this.read(transfer))
    if (!stream) return undefined
    this.held.delete(transfer)
    this.held.set(transfer, stream)
    if (this.held.size > STREAMS_MAX) this.held.delete(this.held.keys().next().value!)
    return stream
  }

  private async read(transfer: number): Promise<Uint8Array | undefined> {
    const release = await this.store.release(transfer)
    return release && Buffer.concat([release.ticket, release.bundle])
  }
}
