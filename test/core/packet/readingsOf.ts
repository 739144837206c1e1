/** Rows of a test as a group has them: one after the other, all good unless it is said otherwise. */
import { FLAG } from '../../../core/flags.ts'

export function readingsOf(
  rows: readonly (readonly number[])[],
  flagRows: readonly (readonly number[])[] = rows.map((row) => row.map(() => FLAG.good)),
) {
  const width = rows[0]?.length ?? 0
  const [values, flags] = [Int32Array.from(rows.flat()), Uint8Array.from(flagRows.flat())]
  return { count: rows.length, width, values, flags }
}
