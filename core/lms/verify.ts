/** Verifies an LMS signature in little memory: the signature is read a hash at a time, and the ends of its chains are put wherever there is room (ends.ts).
 *  Source: RFC 8554, algorithms 4b and 6a. With LMS_SHA256_M32_H10 and LMOTS_SHA256_N32_W4 about 515 hashes (13 to 1,018), the longest
 *  over 2,166 bytes: the chains' ends go into one hash, and Espruino's takes its message whole. */
import { getBig32 } from '../big.ts'
import { HASH_BYTES, type Sha256 } from '../hash.ts'
import type { Reader } from '../reader.ts'
import type { Ends } from './ends.ts'
import {
  CHAIN_VALUE_AT,
  CONTENT_AT,
  digit,
  lmsBlock,
  messageDigits,
  retag,
  TAG_CHAIN_ENDS,
  TAG_LEAF,
  TAG_NODE,
  walkChain,
} from './hashes.ts'
import {
  IDENTIFIER_BYTES,
  LMS_KEY_BYTES,
  lmsHeight,
  lmsSignatureBytes,
  otsChains,
  otsWidth,
} from './parameters.ts'

/** 'valid', and nothing else, is a good signature. keyLength, keyType: the public key is none, or of a parameter set that is not here;
 *  length: the signature is longer or shorter than its set says, or ends while it is read; type: it is of another set than the key;
 *  leaf: it names a leaf that the tree has not; wrong: all looks right, and it was not made by this key over this message. */
export type LmsOutcome = 'valid' | 'keyLength' | 'keyType' | 'length' | 'type' | 'leaf' | 'wrong'

/** Offset of the one-time signature's C, behind leaf and type. */
const RANDOMIZER_AT = 8

/** Reads one hash of the signature into a block; false when there is none. */
function take(read: Reader, offset: number, block: Uint8Array, at: number): boolean {
  const piece = read(offset, HASH_BYTES)
  if (piece.length !== HASH_BYTES) return false
  block.set(piece, at)
  return true
}

/** Algorithm 4b: the hash of the one-time public key that would have signed `digits`; undefined when the signature ends too early. */
function candidateKey(
  sha256: Sha256,
  identifier: Uint8Array,
  leaf: number,
  digits: Uint8Array,
  otsType: number,
  read: Reader,
  ends: Ends,
): Uint8Array | undefined {
  const chains = otsChains(otsType)
  const width = otsWidth(otsType)
  const step = lmsBlock(identifier, leaf, 0, 1 + HASH_BYTES)
  ends.put(0, lmsBlock(identifier, leaf, TAG_CHAIN_ENDS, 0))
  for (let i = 0; i < chains; i++) {
    if (!take(read, RANDOMIZER_AT + HASH_BYTES * (1 + i), step, CHAIN_VALUE_AT)) return undefined
    retag(step, i)
    walkChain(sha256, step, digit(digits, i, width), (1 << width) - 1)
    ends.put(CONTENT_AT + HASH_BYTES * i, step.subarray(CHAIN_VALUE_AT))
  }
  return ends.hash(CONTENT_AT + HASH_BYTES * chains)
}

/** Algorithm 6a, its last part: from the leaf up to the root, whose hash is answered; undefined when the signature ends too early. */
function candidateRoot(
  sha256: Sha256,
  identifier: Uint8Array,
  node: number,
  otsKey: Uint8Array,
  pathAt: number,
  read: Reader,
): Uint8Array | undefined {
  const bottom = lmsBlock(identifier, node, TAG_LEAF, HASH_BYTES)
  bottom.set(otsKey, CONTENT_AT)
  let hash = sha256(bottom)
  for (let at = pathAt; node > 1; at += HASH_BYTES) {
    const pair = lmsBlock(identifier, node >> 1, TAG_NODE, 2 * HASH_BYTES)
    const right = HASH_BYTES * (node & 1)
    pair.set(hash, CONTENT_AT + right)
    if (!take(read, at, pair, CONTENT_AT + HASH_BYTES - right)) return undefined
    hash = sha256(pair)
    node >>= 1
  }
  return hash
}

function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < HASH_BYTES; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** Whether the signature of `length` bytes that `read` reads was made over `message` by the owner of `key` (56 bytes, RFC 8554, 5.3). */
export function verifyLms(
  sha256: Sha256,
  key: Uint8Array,
  message: Uint8Array,
  length: number,
  read: Reader,
  ends: Ends,
): LmsOutcome {
  if (key.length !== LMS_KEY_BYTES) return 'keyLength'
  const otsType = getBig32(key, 4)
  const height = lmsHeight(getBig32(key, 0))
  const chains = otsChains(otsType)
  if (height === 0 || chains === 0) return 'keyType'
  if (length !== lmsSignatureBytes(height, chains)) return 'length'
  const pathAt = length - HASH_BYTES * height
  const head = new Uint8Array(8 + HASH_BYTES)
  const tail = new Uint8Array(HASH_BYTES)
  // The second type lies between chains and path: it is read as the end of the hash before the path.
  if (!take(read, 0, head, 0) || !take(read, RANDOMIZER_AT, head, RANDOMIZER_AT)) return 'length'
  if (!take(read, pathAt - HASH_BYTES, tail, 0)) return 'length'
  if (getBig32(head, 4) !== otsType) return 'type'
  if (getBig32(tail, HASH_BYTES - 4) !== getBig32(key, 0)) return 'type'
  const leaf = getBig32(head, 0)
  if (leaf >= 1 << height) return 'leaf'
  const identifier = key.subarray(8, 8 + IDENTIFIER_BYTES)
  const randomizer = head.subarray(RANDOMIZER_AT)
  const digits = messageDigits(sha256, identifier, leaf, randomizer, message, otsWidth(otsType))
  const otsKey = candidateKey(sha256, identifier, leaf, digits, otsType, read, ends)
  if (!otsKey) return 'length'
  const root = candidateRoot(sha256, identifier, (1 << height) + leaf, otsKey, pathAt, read)
  if (!root) return 'length'
  return sameHash(root, key.subarray(8 + IDENTIFIER_BYTES)) ? 'valid' : 'wrong'
}
