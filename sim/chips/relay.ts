/** Relay of a street lamp: a coil that the node drives and a sense contact behind it that says whether the lamp has power.
 *  Source: Songle SRD-03VDC datasheet: operate 10 ms, release 5 ms at most; sense by an optocoupler on the switched side. */
import type { Schedule } from '../clock.ts'

/** `open`: the contact never closes; `welded`: it never opens. */
export const RELAY_FAULTS = ['none', 'open', 'welded'] as const
export type RelayFault = (typeof RELAY_FAULTS)[number]

const OPERATE_MICROS = 10_000
const RELEASE_MICROS = 5_000

export class Relay {
  fault: RelayFault = 'none'
  mainsPresent = true
  /** Times the contact has moved: what wears it. */
  moves = 0
  private coil = false
  private contact = false

  constructor(private readonly schedule: Schedule) {}

  /** The coil's driver goes high or low. */
  drive(high: boolean, atMicros: number): void {
    if (high === this.coil) return
    this.coil = high
    this.schedule.at(atMicros + (high ? OPERATE_MICROS : RELEASE_MICROS), () => this.settle())
  }

  /** Whether the lamp burns. */
  lit(): boolean {
    const closed = this.fault === 'welded' || (this.fault !== 'open' && this.contact)
    return closed && this.mainsPresent
  }

  /** The sense contact's level. */
  sense(): boolean {
    return this.lit()
  }

  private settle(): void {
    if (this.contact === this.coil) return
    this.contact = this.coil
    this.moves++
  }
}
