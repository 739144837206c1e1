/** Fixed-point arithmetic: quotients of integers, rounded the same way on every machine.
 *  All arguments are integers. A product may pass 2^31, for numbers become doubles, but must stay under 2^53; a result must fit int32. */

/** `dividend / divisor`, rounded to nearest, halves away from zero. `divisor` is positive; |dividend| < 2^53. */
export function roundDiv(dividend: number, divisor: number): number {
  const half = divisor >> 1
  return ((dividend < 0 ? dividend - half : dividend + half) / divisor) | 0
}

/** The value at `x` on the straight line through (x0, y0) and (x1, y1), rounded as `roundDiv` does; beyond the two points the line goes on.
 *  `x0` and `x1` differ. */
export function interpolate(x: number, x0: number, y0: number, x1: number, y1: number): number {
  const rise = (x - x0) * (y1 - y0)
  return y0 + (x1 > x0 ? roundDiv(rise, x1 - x0) : roundDiv(-rise, x0 - x1))
}

/** `value`, or the nearer end of `min`..`max`. */
export function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value
}
