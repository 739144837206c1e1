/** AES-128 encryption by tables, for machines without a cipher of their own: a node hands in its chip's cipher instead.
 *  Source: FIPS 197. The round is the usual one of four tables of 32-bit words (Daemen and Rijmen, "AES Proposal: Rijndael", 5.2.1).
 *  Reads of the tables depend on the key, so this is for machines where no stranger can time the caches. */
import type { Aes, BlockCipher } from '../cipher.ts'

const ROUNDS = 10
const WORDS = 4 * (ROUNDS + 1)

interface Tables {
  /** S-box, FIPS 197 figure 7. */
  readonly box: Uint8Array
  /** SubBytes, ShiftRows and MixColumns of one byte, for each of the four rows. */
  readonly rows: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
}

/** Doubles in GF(2^8), FIPS 197 section 4.2.1. */
export function double(x: number): number {
  return ((x << 1) ^ ((x >> 7) * 0x11b)) & 0xff
}

/** The S-box from its definition: inverse in GF(2^8), then the affine map (FIPS 197 section 5.1.1). */
export function makeBox(): Uint8Array {
  const box = new Uint8Array(256)
  // p walks the powers of 3 and q those of its inverse, so p and q are always each other's inverse.
  let p = 1
  let q = 1
  do {
    p = p ^ double(p)
    q ^= q << 1
    q ^= q << 2
    q ^= q << 4
    q &= 0xff
    if (q & 0x80) q ^= 0x09
    const turned = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4)
    box[p] = (turned ^ (turned >> 8) ^ 0x63) & 0xff
  } while (p !== 1)
  box[0] = 0x63
  return box
}

function makeTables(): Tables {
  const box = makeBox()
  const rows: Tables['rows'] = [
    new Uint32Array(256),
    new Uint32Array(256),
    new Uint32Array(256),
    new Uint32Array(256),
  ]
  for (let x = 0; x < 256; x++) {
    const s = box[x]!
    const two = double(s)
    const word = (two << 24) | (s << 16) | (s << 8) | (two ^ s)
    for (let row = 0; row < 4; row++)
      rows[row]![x] = row ? (word >>> (8 * row)) | (word << (32 - 8 * row)) : word
  }
  return { box, rows }
}

/** The 44 words of the key schedule, FIPS 197 section 5.2. */
export function expandKey(key: Uint8Array, box: Uint8Array): Uint32Array {
  const words = new Uint32Array(WORDS)
  for (let i = 0; i < 16; i++) words[i >> 2] = (words[i >> 2]! << 8) | key[i]!
  let constant = 1
  for (let i = 4; i < WORDS; i++) {
    let w = words[i - 1]!
    if (i % 4 === 0) {
      w =
        (box[(w >>> 16) & 255]! << 24) | (box[(w >>> 8) & 255]! << 16) | (box[w & 255]! << 8) | box[w >>> 24]!
      w ^= constant << 24
      constant = double(constant)
    }
    words[i] = words[i - 4]! ^ w
  }
  return words
}

/** Everything is in locals: this is the gateway's innermost loop, about a fifth of a microsecond a block. */
function makeCipher(tables: Tables, key: Uint8Array): BlockCipher {
  const { box } = tables
  const [t0, t1, t2, t3] = tables.rows
  const w = expandKey(key, box)
  return (b) => {
    let a0 = ((b[0]! << 24) | (b[1]! << 16) | (b[2]! << 8) | b[3]!) ^ w[0]!
    let a1 = ((b[4]! << 24) | (b[5]! << 16) | (b[6]! << 8) | b[7]!) ^ w[1]!
    let a2 = ((b[8]! << 24) | (b[9]! << 16) | (b[10]! << 8) | b[11]!) ^ w[2]!
    let a3 = ((b[12]! << 24) | (b[13]! << 16) | (b[14]! << 8) | b[15]!) ^ w[3]!
    let k = 4
    while (k < WORDS - 4) {
      const n0 = t0[a0 >>> 24]! ^ t1[(a1 >>> 16) & 255]! ^ t2[(a2 >>> 8) & 255]! ^ t3[a3 & 255]! ^ w[k++]!
      const n1 = t0[a1 >>> 24]! ^ t1[(a2 >>> 16) & 255]! ^ t2[(a3 >>> 8) & 255]! ^ t3[a0 & 255]! ^ w[k++]!
      const n2 = t0[a2 >>> 24]! ^ t1[(a3 >>> 16) & 255]! ^ t2[(a0 >>> 8) & 255]! ^ t3[a1 & 255]! ^ w[k++]!
      a3 = t0[a3 >>> 24]! ^ t1[(a0 >>> 16) & 255]! ^ t2[(a1 >>> 8) & 255]! ^ t3[a2 & 255]! ^ w[k++]!
      a0 = n0
      a1 = n1
      a2 = n2
    }
    put(b, 0, box, a0, a1, a2, a3, w[40]!)
    put(b, 4, box, a1, a2, a3, a0, w[41]!)
    put(b, 8, box, a2, a3, a0, a1, w[42]!)
    put(b, 12, box, a3, a0, a1, a2, w[43]!)
  }
}

/** One column of the last round, which has no MixColumns. */
function put(
  b: Uint8Array,
  at: number,
  box: Uint8Array,
  p: number,
  q: number,
  r: number,
  s: number,
  key: number,
): void {
  b[at] = box[p >>> 24]! ^ (key >>> 24)
  b[at + 1] = box[(q >>> 16) & 255]! ^ (key >>> 16)
  b[at + 2] = box[(r >>> 8) & 255]! ^ (key >>> 8)
  b[at + 3] = box[s & 255]! ^ key
}

function makeTableAes(): Aes {
  const tables = makeTables()
  return (key) => makeCipher(tables, key)
}

/** AES-128 for a 16-byte key; the schedule is computed once a key. Marked pure, so that a bundle that does not use it does not carry it. */
export const tableAes: Aes = /* #__PURE__ */ makeTableAes()
