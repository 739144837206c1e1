/** A quantity of the world with a memory, advanced an hour at a time from a fixed beginning and blended between hours:
 *  whoever asks first, the answer is the same. Times in microseconds. */
import { MICROS_PER_HOUR } from './weather.ts'

export class Hourly {
  private readonly values: number[]

  constructor(
    private readonly beginMicros: number,
    first: number,
    /** The next hour's value from this hour's and this hour's beginning. */
    private readonly step: (value: number, micros: number) => number,
  ) {
    this.values = [first]
  }

  /** The value at `micros`; before the beginning it is the first one. */
  at(micros: number): number {
    const hours = Math.max(0, (micros - this.beginMicros) / MICROS_PER_HOUR)
    const from = Math.floor(hours)
    while (this.values.length < from + 2) {
      const last = this.values.length - 1
      this.values.push(this.step(this.values[last]!, this.beginMicros + last * MICROS_PER_HOUR))
    }
    return this.values[from]! + (this.values[from + 1]! - this.values[from]!) * (hours - from)
  }
}
