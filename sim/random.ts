/** Chance from one seed: streams by name, so that one more draw in one place changes nothing in another.
 *  Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded by a hash of seed and name. Not for keys of real nodes. */

/** FNV-1a over the characters' low bytes, then a finaliser (MurmurHash3's fmix32): a number of 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), 0x01000193)
  return mix32(hash)
}

/** Spreads every bit of `value` over all 32 (fmix32). */
export function mix32(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The same number between 0 and 1 (1 left out) for the same key and index, whatever was asked before: for worlds without memory. */
export const chance = (key: number, index: number): number =>
  mix32(key ^ mix32(index + 0x9e3779b9)) / 4294967296

export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1
  private spare: number | undefined

  constructor(seed: number, name: string) {
    this.a = hash32(`${seed}/${name}/a`) | 0
    this.b = hash32(`${seed}/${name}/b`) | 0
    this.c = hash32(`${seed}/${name}/c`) | 0
    for (let i = 0; i < 12; i++) this.uint32()
  }

  uint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** From 0 to 1, 1 left out. */
  unit(): number {
    return this.uint32() / 4294967296
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.unit()
  }

  /** A whole number from 0 to `count`, that one left out. */
  below(count: number): number {
    return Math.floor(this.unit() * count)
  }

  /** Normal, mean 0, standard deviation 1 (Box and Muller's polar method). */
  normal(): number {
    if (this.spare !== undefined) {
      const kept = this.spare
      this.spare = undefined
      return kept
    }
    for (;;) {
      const x = 2 * this.unit() - 1
      const y = 2 * this.unit() - 1
      const square = x * x + y * y
      if (square === 0 || square >= 1) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      this.spare = y * scale
      return x * scale
    }
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.uint32() >>> 24)
  }
}
