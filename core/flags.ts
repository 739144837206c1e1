/** QARTOD's five quality flags: what a reading is worth.
 *  Source: IOOS, "Manual for Real-Time Oceanographic Data Quality Control Flags", version 1.2, table 1. */

export const FLAG = { good: 1, notEvaluated: 2, suspect: 3, fail: 4, missing: 9 } as const

export type Flag = (typeof FLAG)[keyof typeof FLAG]
