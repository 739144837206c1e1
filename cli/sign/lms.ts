/** LMS on the host: makes a key's tree and signs with one of its leaves. Which leaf is free is no business of this file (leaves.ts).
 *  Source: RFC 8554, algorithms 1, 3 and 5, section 5.3; secret chains from one seed as in its appendix A. */
import { getBig32, putBig32 } from '../../core/big.ts'
import { HASH_BYTES, type Sha256 } from '../../core/hash.ts'
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
} from '../../core/lms/hashes.ts'
import {
  LMS_KEY_BYTES,
  lmsHeight,
  lmsSignatureBytes,
  otsChains,
  otsWidth,
} from '../../core/lms/parameters.ts'

/** What stands in place of a step's number when a chain's secret value is drawn from the seed (appendix A). */
const SECRET_STEP = 0xff

/** What a private key is made of: two types of core/lms/parameters, I (16 bytes) and the seed (32 bytes). */
export interface LmsSecret {
  readonly lmsType: number
  readonly otsType: number
  readonly identifier: Uint8Array
  readonly seed: Uint8Array
}

/** A secret with its tree: the hash of node r (1 is the root) stands at 32 * r. The tree is no secret. */
export interface LmsKey extends LmsSecret {
  readonly nodes: Uint8Array
}

/** How many signatures a key gives. */
export const leavesOf = (secret: LmsSecret): number => 1 << lmsHeight(secret.lmsType)

const nodeOf = (nodes: Uint8Array, node: number): Uint8Array =>
  nodes.subarray(HASH_BYTES * node, HASH_BYTES * (node + 1))

/** A leaf's chains, one after the other: calls `at` with each when it stands at its secret value; the block is the same each time. */
function eachChain(
  sha256: Sha256,
  secret: LmsSecret,
  leaf: number,
  at: (chain: number, block: Uint8Array) => void,
): void {
  const block = lmsBlock(secret.identifier, leaf, 0, 1 + HASH_BYTES)
  for (let i = 0; i < otsChains(secret.otsType); i++) {
    retag(block, i)
    block[CONTENT_AT] = SECRET_STEP
    block.set(secret.seed, CHAIN_VALUE_AT)
    block.set(sha256(block), CHAIN_VALUE_AT)
    at(i, block)
  }
}

/** Algorithm 1 and the leaf of 5.3. */
function leafHash(sha256: Sha256, secret: LmsSecret, leaf: number, leaves: number): Uint8Array {
  const { identifier, otsType } = secret
  const ends = lmsBlock(identifier, leaf, TAG_CHAIN_ENDS, HASH_BYTES * otsChains(otsType))
  eachChain(sha256, secret, leaf, (i, block) => {
    walkChain(sha256, block, 0, (1 << otsWidth(otsType)) - 1)
    ends.set(block.subarray(CHAIN_VALUE_AT), CONTENT_AT + HASH_BYTES * i)
  })
  const bottom = lmsBlock(identifier, leaves + leaf, TAG_LEAF, HASH_BYTES)
  bottom.set(sha256(ends), CONTENT_AT)
  return sha256(bottom)
}

/** The whole tree of a secret: about 1.1 million hashes for H10 and W4, a second or two. */
export function growKey(sha256: Sha256, secret: LmsSecret): LmsKey {
  const leaves = leavesOf(secret)
  const nodes = new Uint8Array(HASH_BYTES * 2 * leaves)
  for (let leaf = 0; leaf < leaves; leaf++)
    nodes.set(leafHash(sha256, secret, leaf, leaves), HASH_BYTES * (leaves + leaf))
  for (let node = leaves - 1; node > 0; node--) {
    const pair = lmsBlock(secret.identifier, node, TAG_NODE, 2 * HASH_BYTES)
    pair.set(nodes.subarray(HASH_BYTES * 2 * node, HASH_BYTES * (2 * node + 2)), CONTENT_AT)
    nodes.set(sha256(pair), HASH_BYTES * node)
  }
  return { ...secret, nodes }
}

/** The 56 bytes that verifyLms takes. */
export function publicKeyOf(key: LmsKey): Uint8Array {
  const bytes = new Uint8Array(LMS_KEY_BYTES)
  putBig32(bytes, 0, key.lmsType)
  putBig32(bytes, 4, key.otsType)
  bytes.set(key.identifier, 8)
  bytes.set(nodeOf(key.nodes, 1), LMS_KEY_BYTES - HASH_BYTES)
  return bytes
}

/** Algorithms 3 and 5. `randomizer` is C: 32 random bytes. Two signatures with one leaf give the key away: the caller has claimed it. */
export function signLms(
  sha256: Sha256,
  key: LmsKey,
  leaf: number,
  randomizer: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const { identifier, otsType, lmsType } = key
  const width = otsWidth(otsType)
  const height = lmsHeight(lmsType)
  const signature = new Uint8Array(lmsSignatureBytes(height, otsChains(otsType)))
  const pathAt = signature.length - HASH_BYTES * height
  putBig32(signature, 0, leaf)
  putBig32(signature, 4, otsType)
  signature.set(randomizer, 8)
  const digits = messageDigits(sha256, identifier, leaf, randomizer, message, width)
  eachChain(sha256, key, leaf, (i, block) => {
    walkChain(sha256, block, 0, digit(digits, i, width))
    signature.set(block.subarray(CHAIN_VALUE_AT), 8 + HASH_BYTES * (1 + i))
  })
  putBig32(signature, pathAt - 4, lmsType)
  for (let level = 0; level < height; level++) {
    const sibling = ((leavesOf(key) + leaf) >> level) ^ 1
    signature.set(nodeOf(key.nodes, sibling), pathAt + HASH_BYTES * level)
  }
  return signature
}

/** The leaf that a signature was made with. */
export const leafOf = (signature: Uint8Array): number => getBig32(signature, 0)
