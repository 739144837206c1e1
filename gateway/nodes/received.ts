/** Which samples of one epoch are stored, as the acknowledgement tells the node: all below `nextSequence`, and some above.
 *  Kept in memory beside the store, so that no uplink has to ask it. */
import type { Acknowledgement } from '../../core/packet/index.ts'
import type { StoredSequences } from '../store/store.ts'

/** The acknowledgement's bitmap has at most three bytes. */
const BITMAP_BYTES_MAX = 3

export class Received {
  private next: number
  private readonly above: Set<number>

  constructor(stored: StoredSequences) {
    this.next = stored.nextSequence
    this.above = new Set(stored.above)
  }

  /** Lowest sequence neither stored nor given up. */
  get nextSequence(): number {
    return this.next
  }

  /** Highest sequence stored, -1 when none is. */
  get highest(): number {
    return this.above.size === 0 ? this.next - 1 : Math.max(...this.above)
  }

  /** A sample is missing that came before one that is stored. */
  get gap(): boolean {
    return this.above.size > 0
  }

  has(sequence: number): boolean {
    return sequence < this.next || this.above.has(sequence)
  }

  add(sequence: number): void {
    if (this.has(sequence)) return
    this.above.add(sequence)
    while (this.above.delete(this.next)) this.next++
  }

  /** The node has given up what comes before `lowest`: it is not waited for any more. */
  raise(lowest: number): void {
    if (lowest <= this.next) return
    this.next = lowest
    for (const sequence of this.above) if (sequence < lowest) this.above.delete(sequence)
    while (this.above.delete(this.next)) this.next++
  }

  /** What the node may forget. The bitmap is as short as it can be. */
  acknowledgement(epoch: number): Acknowledgement {
    const bitmap = new Uint8Array(BITMAP_BYTES_MAX)
    let bytes = 0
    for (let bit = 0; bit < 8 * BITMAP_BYTES_MAX; bit++) {
      if (!this.above.has(this.next + 1 + bit)) continue
      bitmap[bit >> 3]! |= 1 << (bit & 7)
      bytes = (bit >> 3) + 1
    }
    return { epoch, nextSequence: this.next, received: bitmap.subarray(0, bytes) }
  }
}
