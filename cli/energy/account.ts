/** Where a node's charge goes: what its ledger says was done while it slept, in wakes that only measured, and in wakes that sent.
 *  Times in microseconds, charges in mAs. */
import { milliampsOf } from '../../sim/currents.ts'
import { OFF, type Ledger, type LedgerReader } from '../../sim/ledger.ts'

const PROCESSOR = 'esp32'
const ASLEEP = ['deepSleep', OFF]
const SENDING = /^sending /
/** It is on for no other reason than to send. */
const WIFI = 'wifi'

/** Microseconds by part and state. */
export class Tally {
  wakes = 0
  readonly micros = new Map<string, Map<string, number>>()

  add(part: string, state: string, micros: number): void {
    const states = this.micros.get(part) ?? new Map<string, number>()
    states.set(state, (states.get(state) ?? 0) + micros)
    this.micros.set(part, states)
  }

  addAll(other: Tally): void {
    this.wakes += other.wakes
    for (const [part, states] of other.micros)
      for (const [state, micros] of states) this.add(part, state, micros)
  }

  /** Of one part in all its states. */
  seconds(part: string): number {
    return [...(this.micros.get(part) ?? [])].reduce((sum, [, micros]) => sum + micros, 0) / 1e6
  }

  /** Of the given parts, or of all. */
  chargeMas(parts: Iterable<string> = this.micros.keys()): number {
    let sum = 0
    for (const part of parts)
      for (const [state, micros] of this.micros.get(part) ?? [])
        sum += (milliampsOf(part, state) * micros) / 1e6
    return sum
  }
}

const ofParts = (...tallies: readonly Tally[]): Tally => {
  const sum = new Tally()
  for (const tally of tallies) sum.addAll(tally)
  return sum
}

/** Reads a ledger and sorts what it says by wakes. A wake ends with deep sleep, a restart or the loss of power; it sent when a radio was sending in it, or Wi-Fi was on. */
export class Account implements LedgerReader {
  asleep = new Tally()
  /** Wakes that sent nothing. */
  plain = new Tally()
  /** Wakes with at least one frame sent. */
  uplink = new Tally()
  private current = new Tally()
  private awake = false
  private sent = false

  constructor(private readonly ledger: Ledger) {
    ledger.read(this)
  }

  spent(part: string, state: string, micros: number): void {
    this.current.add(part, state, micros)
    if (SENDING.test(state) || (part === WIFI && state !== OFF)) this.sent = true
  }

  entered(part: string, state: string, atMicros: number): void {
    if (part !== PROCESSOR) return
    const awake = !ASLEEP.includes(state)
    if (awake === this.awake) return
    this.ledger.settle(atMicros)
    if (this.awake) this.current.wakes = 1
    this.file()
    this.awake = awake
  }

  /** Begins anew: what was until now does not count. */
  restart(atMicros: number): void {
    this.ledger.settle(atMicros)
    this.asleep = new Tally()
    this.plain = new Tally()
    this.uplink = new Tally()
    this.current = new Tally()
    this.sent = false
  }

  /** Counts what was until now; a wake that still lasts counts with its charge, not as a wake. */
  close(atMicros: number): void {
    this.ledger.settle(atMicros)
    this.file()
  }

  /** All of it. */
  total(): Tally {
    return ofParts(this.asleep, this.plain, this.uplink)
  }

  private file(): void {
    const kind = !this.awake ? this.asleep : this.sent ? this.uplink : this.plain
    kind.addAll(this.current)
    this.current = new Tally()
    this.sent = false
  }
}

/** The accounts of several nodes as one. */
export function sumOf(accounts: readonly Account[]) {
  return {
    asleep: ofParts(...accounts.map((each) => each.asleep)),
    plain: ofParts(...accounts.map((each) => each.plain)),
    uplink: ofParts(...accounts.map((each) => each.uplink)),
    total: ofParts(...accounts.map((each) => each.total())),
  }
}
