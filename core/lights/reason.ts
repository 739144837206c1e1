/** Why a lamp burns as it does: the value of the quantity lampReason. */
export const LAMP_REASON = { schedule: 0, command: 1, doubt: 2, fault: 3 } as const

export type LampReason = (typeof LAMP_REASON)[keyof typeof LAMP_REASON]

/** What the schedule gives in the dark. */
export const FULL_LEVEL_PERCENT = 100
