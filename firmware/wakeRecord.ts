/** The wake record: words of 32 bits as bytes, seven bits a byte, the lowest first, the sign in bit 0, so that small words take one byte: the record is half as
 *  long and its sectors live twice as long. */

/** Of a word: 32 bits, 7 a byte. */
const WORD_BYTES_MAX = 5

/** The words as a record. */
export function packWords(words: Int32Array): Uint8Array {
  const record = new Uint8Array(words.length * WORD_BYTES_MAX)
  let at = 0
  for (let i = 0; i < words.length; i++) {
    let rest = ((words[i]! << 1) ^ (words[i]! >> 31)) >>> 0
    for (; rest > 127; rest >>>= 7) record[at++] = rest | 128
    record[at++] = rest
  }
  return record.subarray(0, at)
}

/** Words that stand first in every profile and every version: node seconds and the power count, which must never go back. */
const LASTING_WORDS = 3

/** The words of a wake record. Of another profile's or another version's, only what lasts; the others are zero. */
export function takeWords(record: Uint8Array, words: Int32Array): void {
  let at = 0
  let count = 0
  while (at < record.length) {
    let folded = 0
    let shift = 0
    for (; record[at]! > 127; shift += 7) folded |= (record[at++]! & 127) << shift
    folded |= record[at++]! << shift
    words[count++] = (folded >>> 1) ^ -(folded & 1)
  }
  if (count !== words.length) words.fill(0, LASTING_WORDS)
}
