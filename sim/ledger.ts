/** What every part of a node has been doing, and for how long: each is in one state at a time, and tells the ledger when it enters another.
 *  A part may tell a moment ahead of the world's time (a processor runs ahead of it while it computes; a chip knows when its conversion ends); a moment
 *  before the last one that was told counts as that one. So the times of a part's states always add up to the time that has passed. Microseconds. */

/** A part enters a state at a moment. */
export type Tell<State extends string = string> = (state: State, atMicros: number) => void

/** Who wants to know: `spent` when a part has been in a state for so long, `entered` when one has entered another. */
export interface LedgerReader {
  spent(part: string, state: string, micros: number): void
  entered?(part: string, state: string, atMicros: number): void
}

interface Standing {
  state: string
  sinceMicros: number
}

/** Every part without supply. */
export const OFF = 'off'

export class Ledger {
  private readonly parts = new Map<string, Standing>()
  private readonly readers: LedgerReader[] = []

  read(reader: LedgerReader): void {
    this.readers.push(reader)
  }

  /** The first state of a part counts from the moment it is told. */
  enter(part: string, state: string, atMicros: number): void {
    const standing = this.parts.get(part)
    if (standing) {
      this.close(part, standing, atMicros)
      standing.state = state
    } else this.parts.set(part, { state, sinceMicros: atMicros })
    for (const reader of this.readers) reader.entered?.(part, state, atMicros)
  }

  /** `enter` of one part, for that part to keep. */
  teller(part: string): Tell {
    return (state, atMicros) => this.enter(part, state, atMicros)
  }

  /** Tells the readers what was spent until now, without a change of state. */
  settle(atMicros: number): void {
    for (const [part, standing] of this.parts) this.close(part, standing, atMicros)
  }

  /** The supply is cut. */
  cut(atMicros: number): void {
    for (const part of this.parts.keys()) this.enter(part, OFF, atMicros)
  }

  private close(part: string, standing: Standing, atMicros: number): void {
    const micros = atMicros - standing.sinceMicros
    if (micros <= 0) return
    standing.sinceMicros = atMicros
    for (const reader of this.readers) reader.spent(part, standing.state, micros)
  }
}
