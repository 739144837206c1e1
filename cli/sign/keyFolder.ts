/** A key's folder: `private.key` (its secret and its tree, never changed), `public.key` (what nodes are given, as text), `used` (leaves.ts).
 *  private.key: 'FNLMS1', two zero bytes, LMS type, LM-OTS type (32 bits each, big-endian), I (16 bytes), seed (32), the tree's nodes
 *  (32 bytes each, the first unused), SHA-256 over all before it. */
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { getBig32, putBig32 } from '../../core/big.ts'
import { HASH_BYTES } from '../../core/hash.ts'
import { IDENTIFIER_BYTES, LMS_KEY_BYTES, LMS_H10, lmsHeight, OTS_W4 } from '../../core/lms/parameters.ts'
import type { Disk } from './disk.ts'
import { SignError } from './fault.ts'
import type { LeafFolders } from './leaves.ts'
import { growKey, publicKeyOf, type LmsKey } from './lms.ts'
import { nodeSha256 } from './nodeSha256.ts'

const MAGIC = Buffer.from('FNLMS1\0\0')
const IDENTIFIER_AT = MAGIC.length + 8
const SEED_AT = IDENTIFIER_AT + IDENTIFIER_BYTES
const NODES_AT = SEED_AT + HASH_BYTES

export const PRIVATE_FILE = 'private.key'
export const PUBLIC_FILE = 'public.key'
const USED_FOLDER = 'used'

/** Where this machine keeps its records of keys: FIELDNODE_STATE, else where the system keeps the state of programs. */
export function stateFolder(environment: NodeJS.ProcessEnv): string {
  const state = environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state')
  return environment['FIELDNODE_STATE'] || join(state, 'fieldnode')
}

/** `state` is this machine's folder of records. */
export const leafFolders = (folder: string, state: string, key: { identifier: Uint8Array }): LeafFolders => ({
  used: join(folder, USED_FOLDER),
  witness: join(state, `lms-${Buffer.from(key.identifier).toString('hex')}`),
})

function encodeKey(key: LmsKey): Uint8Array {
  const types = new Uint8Array(8)
  putBig32(types, 0, key.lmsType)
  putBig32(types, 4, key.otsType)
  const content = Buffer.concat([MAGIC, types, key.identifier, key.seed, key.nodes])
  return Buffer.concat([content, nodeSha256(content)])
}

/** Undefined when the bytes are not what encodeKey has made. */
function decodeKey(bytes: Uint8Array): LmsKey | undefined {
  const end = bytes.length - HASH_BYTES
  if (end < NODES_AT || !MAGIC.equals(bytes.subarray(0, MAGIC.length))) return undefined
  if (Buffer.compare(nodeSha256(bytes.subarray(0, end)), bytes.subarray(end)) !== 0) return undefined
  const lmsType = getBig32(bytes, MAGIC.length)
  if (end !== NODES_AT + ((2 * HASH_BYTES) << lmsHeight(lmsType))) return undefined
  return {
    lmsType,
    otsType: getBig32(bytes, MAGIC.length + 4),
    identifier: bytes.subarray(IDENTIFIER_AT, SEED_AT),
    seed: bytes.subarray(SEED_AT, NODES_AT),
    nodes: bytes.subarray(NODES_AT, end),
  }
}

/** Writes a file that must not be there under its name until it is whole and on the disk. False when there is one of the name. */
export function writeWhole(
  disk: Disk,
  path: string,
  content: Uint8Array | string,
  kind: 'secret' | 'open',
): boolean {
  // A name of this process: another that writes the same file keeps its own.
  const unfinished = `${path}.${process.pid}.unfinished`
  disk.remove(unfinished)
  if (!disk.create(unfinished, kind === 'open')) return false
  disk.write(unfinished, content)
  disk.sync(unfinished)
  const named = disk.rename(unfinished, path)
  if (!named) disk.remove(unfinished)
  disk.syncFolder(dirname(path))
  return named
}

/** Draws a key: 1,024 signatures of LMS_SHA256_M32_H10 with LMOTS_SHA256_N32_W4. */
export function drawKey(): LmsKey {
  const identifier = randomBytes(IDENTIFIER_BYTES)
  return growKey(nodeSha256, { lmsType: LMS_H10, otsType: OTS_W4, identifier, seed: randomBytes(HASH_BYTES) })
}

/** Writes a key into a folder that is empty or not there. The private key comes last: before it is there, nothing can be signed.
 *  Throws SignError 'exists'. */
export function makeKeyFolder(disk: Disk, folder: string, state: string, draw = drawKey): LmsKey {
  if ((disk.list(folder) ?? []).length > 0) throw new SignError('exists', folder)
  // First of all: drawing takes seconds, and whoever waits for it should not hear then that there is no such place.
  disk.makeFolder(folder)
  const key = draw()
  const { used, witness } = leafFolders(folder, state, key)
  disk.makeFolder(used)
  disk.makeFolder(witness)
  disk.syncFolder(dirname(witness))
  disk.syncFolder(dirname(folder))
  const publicText = Buffer.from(publicKeyOf(key)).toString('hex') + '\n'
  const written =
    writeWhole(disk, join(folder, PUBLIC_FILE), publicText, 'open') &&
    writeWhole(disk, join(folder, PRIVATE_FILE), encodeKey(key), 'secret')
  if (!written) throw new SignError('exists', folder)
  return key
}

/** Throws SignError 'noKey', 'readable' or 'damaged'. */
export function readKeyFolder(disk: Disk, folder: string): LmsKey {
  const path = join(folder, PRIVATE_FILE)
  const bytes = disk.read(path)
  if (!bytes) throw new SignError('noKey', path)
  if (disk.readableByOthers(path)) throw new SignError('readable', path)
  const key = decodeKey(bytes)
  if (!key) throw new SignError('damaged', path)
  return key
}

/** The public key that stands in a file's text, undefined when none does. */
export function publicKeyIn(text: string): Uint8Array | undefined {
  const digits = text.trim()
  if (!/^[0-9a-f]*$/i.test(digits) || digits.length !== 2 * LMS_KEY_BYTES) return undefined
  return Buffer.from(digits, 'hex')
}
