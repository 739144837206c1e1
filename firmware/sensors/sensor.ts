/** What a sensor driver is. `start` and `read` are apart so that the measuring times of several sensors overlap. */

/** 'ok', or why there is no value. */
export type SensorError = 'ok' | 'noAnswer' | 'badCrc' | 'range'

export interface Sensor {
  /** Ids of core/quantities that `read` writes, in its order. */
  readonly quantities: readonly number[]
  /** Begins a measurement; answers the milliseconds until it can be read. */
  start(): number
  /** Writes one int32 a quantity (in its perUnit) at `into[at]` and on. On an error nothing is written. */
  read(into: Int32Array, at: number): SensorError
}
