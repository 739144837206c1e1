/** Samples for the tests of the queue: some that fit a slot, some that take several, and both. */
interface Content {
  values: Int32Array
  flags: Uint8Array
  atSeconds: number
  powerCount: number
}

/** What sample `n` is: its values are whole wire steps and tell the number, its flags are of all kinds. */
export type Contents = (n: number, quantities: number) => Content

const flagsOf = (n: number, quantities: number): Uint8Array =>
  Uint8Array.from({ length: quantities }, (_, i) => [1, 2, 3, 4, 9][(n + i) % 5]!)

/** Fits one slot. */
export const narrow: Contents = (n, quantities) => ({
  values: Int32Array.from({ length: quantities }, (_, i) => ((n * 7 + i * 3) % 50) * 100),
  flags: flagsOf(n, quantities),
  atSeconds: 1000 + n * 600,
  powerCount: 70_000,
})

/** Takes several slots: values far apart and negative, times weeks apart, the power lost each time. */
export const wide: Contents = (n, quantities) => ({
  values: Int32Array.from({ length: quantities }, (_, i) => (n * 10_007 + i * 77) * (i % 2 ? -100 : 100)),
  flags: flagsOf(n, quantities),
  atSeconds: 1000 + n * 2_000_000,
  powerCount: 70_000 + n * 9,
})

export const mixed: Contents = (n, quantities) => (n % 5 === 3 ? wide : narrow)(n, quantities)
