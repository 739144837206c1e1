/** Why a command was refused, as one of the few things a person can do something about. */

export type Failure =
  'invalid' | 'pin' | 'unknownLamp' | 'conflict' | 'past' | 'tooOften' | 'gateway' | 'unreachable'

const BY_STATUS: Record<number, Failure> = {
  400: 'invalid',
  401: 'pin',
  403: 'pin',
  404: 'unknownLamp',
  409: 'conflict',
  410: 'past',
  429: 'tooOften',
}

/** The failure of an HTTP status; 0 stands for no answer at all. */
export const failureOf = (status: number): Failure =>
  status === 0 ? 'unreachable' : (BY_STATUS[status] ?? 'gateway')
