/** What a sample says and what an audit row stands for, as text: two samples are the same when their texts are. */
import { createHash } from 'node:crypto'
import type { AuditEntry, AuditRow, Record } from './store.ts'

/** Quantities, values and node flags, by quantity. The times are left out: a sample sent again has another age and another arrival. */
export function contentOf(records: readonly Record[]): string {
  const rows = records.map((each) => [each.quantity, each.value, each.nodeFlag] as const)
  rows.sort((a, b) => a[0] - b[0])
  return rows.map((row) => row.join(':')).join(' ')
}

const FIRST_PREVIOUS_HASH = '0'.repeat(64)

/** The row that follows `last` in the chain. */
export function nextAuditRow(last: AuditRow | undefined, entry: AuditEntry): AuditRow {
  const index = (last?.index ?? 0) + 1
  const previousHash = last?.hash ?? FIRST_PREVIOUS_HASH
  const { timeMs, who, action, detail } = entry
  const text = JSON.stringify([index, previousHash, timeMs, who, action, detail])
  const hash = createHash('sha256').update(text).digest('hex')
  return { index, previousHash, hash, timeMs, who, action, detail }
}
