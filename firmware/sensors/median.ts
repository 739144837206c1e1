/** The middle of several conversions: one wild reading does not move it. */

function ascending(a: number, b: number): number {
  return a - b
}

/** Sorts `values` in place and answers the middle one; of an even number, the upper of the two. At least one value. */
export function median(values: number[]): number {
  values.sort(ascending)
  return values[values.length >> 1]!
}
