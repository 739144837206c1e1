/** The audit log: who did what, when, with what result; append-only, and every row bound to the one before by a hash.
 *  The store writes the rows; here stands what is written and how the chain is checked at the start. */
import { nextAuditRow } from '../store/content.ts'
import type { AuditEntry, AuditRow, Store } from '../store/store.ts'

/** Rows read at the start: more than a site's operators press in years. */
const ROWS_MAX = 1_000_000

/** What happened, as the log keeps it. */
export const AUDIT_ACTION = {
  lampCommand: 'lamp.command',
  lampState: 'lamp.state',
  deviceRegister: 'device.register',
  configure: 'node.configure',
  configureState: 'node.configuration',
  update: 'node.update',
  updateState: 'node.updated',
  pinRefused: 'pin.refused',
} as const
export type AuditAction = (typeof AUDIT_ACTION)[keyof typeof AUDIT_ACTION]

/** A row to append; `detail` becomes JSON. */
export function auditEntry(
  timeMs: number,
  who: string,
  action: AuditAction,
  detail: Record<string, unknown>,
): AuditEntry {
  return { timeMs, who, action, detail: JSON.stringify(detail) }
}

/** Index of the first row that does not follow from the one before, or undefined when the chain holds. A log that begins later than
 *  with row 1 is trusted in its first row only. */
export function brokenRow(rows: AuditRow[]): number | undefined {
  let last: AuditRow | undefined
  for (const row of rows) {
    const begins = !last && row.index > 1
    const expected = begins ? row : nextAuditRow(last, row)
    if (
      row.index !== expected.index ||
      row.previousHash !== expected.previousHash ||
      row.hash !== expected.hash
    )
      return expected.index
    last = row
  }
  return undefined
}

/** Checks the kept log; undefined when it is whole. */
export const verifyAudit = async (store: Store): Promise<number | undefined> =>
  brokenRow(await store.audit(ROWS_MAX))
