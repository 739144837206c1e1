/** The wake record: words of 32 bits as bytes. First how many words there are; then for each eight of them a byte that says which are not zero, the first in bit 0,
 *  and those, seven bits a byte, the lowest first, the sign in bit 0. Small words take one byte and those that rest an eighth of one: the record is less than
 *  half as long, and its sectors live twice as long. */

/** Of a word: 32 bits, 7 a byte, and its share of the mask. */
const WORD_BYTES_MAX = 6

/** The words, 255 at most, as a record. */
export function packWords(words: Int32Array): Uint8Array {
  const record = new Uint8Array(2 + words.length * WORD_BYTES_MAX)
  record[0] = words.length
  let at = 1
  let mask = 0
  for (let i = 0; i < words.length; i++) {
    if ((i & 7) === 0) mask = at++
    const word = words[i]!
    if (word === 0) continue
    record[mask]! |= 1 << (i & 7)
    let rest = ((word << 1) ^ (word >> 31)) >>> 0
    for (; rest > 127; rest >>>= 7) record[at++] = rest | 128
    record[at++] = rest
  }
  return record.subarray(0, at)
}

/** Words that stand first in every profile and every version: node seconds and the power count, which must never go back. */
const LASTING_WORDS = 3

/** The words of a wake record. Of another profile's or another version's, only what lasts; the others are zero. */
export function takeWords(record: Uint8Array, words: Int32Array): void {
  const count = record[0] === words.length ? words.length : LASTING_WORDS
  let at = 1
  let mask = 0
  for (let i = 0; i < count; i++) {
    if ((i & 7) === 0) mask = record[at++]!
    if (((mask >> (i & 7)) & 1) === 0) continue
    let folded = 0
    let shift = 0
    for (; record[at]! > 127; shift += 7) folded |= (record[at++]! & 127) << shift
    folded |= record[at++]! << shift
    words[i] = (folded >>> 1) ^ -(folded & 1)
  }
}
