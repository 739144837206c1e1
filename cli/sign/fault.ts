/** What can go wrong when an update is signed: a small closed union, each with a text of its own in texts.ts. */

/** exists: the folder holds something already; noKey: it holds no private key; readable: others may read the private key; damaged: it is not
 *  what was written; unwitnessed: this machine keeps no record of the key; restored: the folder lacks leaves that this machine knows to be used;
 *  exhausted: every leaf is used; used: a leaf below the one to go on with is not free; downgrade: the version was given already;
 *  selfCheck: the signature that was made is not good; disk: the system refused. */
export type SignFault =
  | 'exists'
  | 'noKey'
  | 'readable'
  | 'damaged'
  | 'unwitnessed'
  | 'restored'
  | 'exhausted'
  | 'used'
  | 'downgrade'
  | 'selfCheck'
  | 'disk'

export class SignError extends Error {
  constructor(
    readonly fault: SignFault,
    /** What was seen: a path, a leaf, a system's message. */
    readonly detail: string,
  ) {
    super(`${fault}: ${detail}`)
  }
}
