/** The balance of a run: what the nodes took, what the gateway stored, what the nodes still hold, and what is lost.
 *  What was taken is read from each node's raw flash with the queue's own code, on a copy: a sample stands there from its measurement on, also after
 *  it was freed, until the ring comes round. A reading is a value: one whose flag says that it is missing was not taken. */
import { FLAG } from '../core/flags.ts'
import { firstHeld, readHeld, type Queue } from '../firmware/queue.ts'
import type { StoredReading } from './gatewayPort.ts'
import type { SimNode } from './node.ts'
import { nodeIn } from './workbench.ts'

export interface Balance {
  taken: number
  stored: number
  /** Of the stored ones, those that stand there more than once. */
  duplicated: number
  held: number
  lost: number
}

const isReading = (flag: number): boolean => flag !== FLAG.missing

/** One node's balance; every reading of it stands in exactly one of stored, held and lost. */
export function balanceOf(node: SimNode, rows: readonly StoredReading[]): Balance {
  const balance: Balance = { taken: 0, stored: 0, duplicated: 0, held: 0, lost: 0 }
  const storedOf = new Map<string, number>()
  const keys = new Set<string>()
  const queue = nodeIn(node)?.queue
  for (const row of rows) {
    if (!isReading(row.nodeFlag)) continue
    const sample = `${row.epoch}/${row.sequence}`
    const key = `${sample}/${row.quantity}`
    if (keys.has(key)) balance.duplicated++
    keys.add(key)
    balance.stored++
    storedOf.set(sample, (storedOf.get(sample) ?? 0) + 1)
    // What another epoch than the present one has brought was taken, since it came; its flash is gone.
    if (!queue || row.epoch !== queue.epoch) balance.taken++
  }
  if (queue) addQueue(balance, queue, storedOf)
  return balance
}

function addQueue(balance: Balance, queue: Queue, storedOf: ReadonlyMap<string, number>): void {
  for (let sequence = 0; sequence < queue.next; sequence++) {
    const stored = storedOf.get(`${queue.epoch}/${sequence}`)
    const held = readHeld(queue, sequence)
    // A sample that the ring has overwritten: as many readings as were stored, or as a whole sample has.
    const readings = held
      ? [...held.sample.flags].filter(isReading).length
      : (stored ?? queue.quantities.length)
    balance.taken += readings
    if (stored !== undefined) continue
    if (held && firstHeld(queue, sequence) === sequence) balance.held += readings
    else balance.lost += readings
  }
}
