/** What a sensor driver is. `start` and `read` are apart so that the measuring times of several sensors overlap. */

/** 'ok', or why there is no value. */
export type SensorError = 'ok' | 'noAnswer' | 'badCrc' | 'range'

/** What `start` and `read` do, a driver on the rail does between its warm-up and the end of its power: it keeps nothing in the sensor. */
export interface Sensor {
  /** Ids of core/quantities that `read` writes, in its order. */
  readonly quantities: readonly number[]
  /** Milliseconds from power to the first measurement, at least 1. Without it the sensor has power at all times and not from the switched rail. */
  readonly warmUpMs?: number
  /** The pin that drives an input of a sensor on the rail: low while it has no power. */
  readonly drives?: number
  /** Begins a measurement; answers the milliseconds until it can be read. */
  start(): number
  /** Writes one int32 a quantity (in its perUnit) at `into[at]` and on. On an error nothing is written. */
  read(into: Int32Array, at: number): SensorError
}
