/** Chance from a seed (mulberry32), for tests that print it. */
export interface Random {
  below(limit: number): number
  bytes(length: number): Uint8Array
}

export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, bytes: (length) => Uint8Array.from({ length }, () => below(256)) }
}
