/** Random and mutated bytes by the hundred thousand: a small generator with a seed, because arbitraries that shrink take minutes here. */

/** Whole numbers below `below`, always the same ones for a seed. Source: Marsaglia, "Xorshift RNGs", 2003, the 32-bit triple 13, 17, 5. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Up to `bytesMax` random bytes. */
export function randomBytes(random: (below: number) => number, bytesMax: number): Uint8Array {
  return Uint8Array.from({ length: random(bytesMax + 1) }, () => random(256))
}

/** A copy with one to three bits turned, and with its end cut off one time in eight. */
export function mutated(random: (below: number) => number, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice(0, random(8) ? bytes.length : random(bytes.length + 1))
  for (let turns = 1 + random(3); turns > 0 && copy.length > 0; turns--)
    copy[random(copy.length)]! ^= 1 << random(8)
  return copy
}
