/** What can go wrong between this machine and a board at its cable: a small closed union, each with a text of its own. */

/** port: it can't be opened; noAnswer: nothing there speaks Espruino; closed: it went away; noSpace: its Storage is full;
 *  write: it refused a piece; crc: what was read back differs; silent: the program said nothing in time; program: it stopped with an error. */
export type BoardFault = 'port' | 'noAnswer' | 'closed' | 'noSpace' | 'write' | 'crc' | 'silent' | 'program'

export class BoardError extends Error {
  constructor(
    readonly fault: BoardFault,
    /** What was seen: an address, a system's error code, a line of the board. */
    readonly detail: string,
  ) {
    super(`${fault}: ${detail}`)
  }
}
