/** The manifest of an update: what is signed, and all that a node has to know of a bundle before it takes a byte of it. 93 bytes.
 *  Every number is big-endian and an integer; names are ASCII, filled up with zeros. For one manifest there is one record and no other:
 *  what decodes encodes to the same bytes. */
import { getBig32, putBig32 } from '../big.ts'
import { HASH_BYTES } from '../hash.ts'

export interface Manifest {
  /** Counts up with every release of a board and profile, from 1: a node takes nothing below or equal to its own. uint32. */
  version: number
  /** Name of the board literal: 1 to 24 of A-Z, a-z, 0-9 and '-'. */
  board: string
  /** Name of the profile: 1 to 16 of the same. */
  profile: string
  /** Name of the region whose frequencies are in the bundle: 1 to 12 of A-Z, a-z, 0-9 and '-'. */
  region: string
  /** Bytes of the bundle, 1 to 1,048,576: Espruino's Storage on an ESP32 has 896 kB. */
  bundleBytes: number
  /** bundleDigest of core/update/digest: 32 bytes. */
  digest: Uint8Array
}

/** short, long: not 93 bytes; format: of a later or another format; version: 0 or no uint32; board, profile, region: no such name can be;
 *  bundleBytes: none or more than a board can hold; digest: not 32 bytes (only when encoding). */
export type ManifestError =
  'short' | 'long' | 'format' | 'version' | 'board' | 'profile' | 'region' | 'bundleBytes' | 'digest'

export const MANIFEST_FORMAT = 1
export const BUNDLE_BYTES_MAX = 1_048_576
const BOARD_BYTES = 24
const PROFILE_BYTES = 16
const REGION_BYTES = 12

const VERSION_AT = 1
const BOARD_AT = VERSION_AT + 4
const PROFILE_AT = BOARD_AT + BOARD_BYTES
const REGION_AT = PROFILE_AT + PROFILE_BYTES
const LENGTH_AT = REGION_AT + REGION_BYTES
const DIGEST_AT = LENGTH_AT + 4

/** Bytes of a record. */
export const MANIFEST_BYTES = DIGEST_AT + HASH_BYTES

const isNameByte = (byte: number): boolean =>
  byte === 0x2d ||
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a)

/** A whole number from 1 to `max`. */
const isCount = (value: number, max: number): boolean => value >= 1 && value <= max && value % 1 === 0

/** Writes a name with its filling; false when it is none. */
function putName(record: Uint8Array, at: number, bytes: number, name: string): boolean {
  if (name.length === 0 || name.length > bytes) return false
  for (let i = 0; i < name.length; i++) {
    const byte = name.charCodeAt(i)
    if (!isNameByte(byte)) return false
    record[at + i] = byte
  }
  return true
}

/** The name that stands in `bytes` bytes, '' when none does: an empty one, other letters, or anything behind its end. */
function getName(record: Uint8Array, at: number, bytes: number): string {
  let name = ''
  let ended = false
  for (let i = at; i < at + bytes; i++) {
    const byte = record[i]!
    if (byte === 0) ended = true
    else if (ended || !isNameByte(byte)) return ''
    else name += String.fromCharCode(byte)
  }
  return name
}

/** The record of a manifest, or the first field that it can't hold. */
export function encodeManifest(manifest: Manifest): Uint8Array | ManifestError {
  const record = new Uint8Array(MANIFEST_BYTES)
  if (!isCount(manifest.version, 0xffffffff)) return 'version'
  if (!putName(record, BOARD_AT, BOARD_BYTES, manifest.board)) return 'board'
  if (!putName(record, PROFILE_AT, PROFILE_BYTES, manifest.profile)) return 'profile'
  if (!putName(record, REGION_AT, REGION_BYTES, manifest.region)) return 'region'
  if (!isCount(manifest.bundleBytes, BUNDLE_BYTES_MAX)) return 'bundleBytes'
  if (manifest.digest.length !== HASH_BYTES) return 'digest'
  record[0] = MANIFEST_FORMAT
  putBig32(record, VERSION_AT, manifest.version)
  putBig32(record, LENGTH_AT, manifest.bundleBytes)
  record.set(manifest.digest, DIGEST_AT)
  return record
}

/** Reads and checks a record; the digest is a copy. */
export function decodeManifest(record: Uint8Array): Manifest | ManifestError {
  if (record.length < MANIFEST_BYTES) return 'short'
  if (record.length > MANIFEST_BYTES) return 'long'
  if (record[0] !== MANIFEST_FORMAT) return 'format'
  const version = getBig32(record, VERSION_AT)
  if (version === 0) return 'version'
  const board = getName(record, BOARD_AT, BOARD_BYTES)
  if (board === '') return 'board'
  const profile = getName(record, PROFILE_AT, PROFILE_BYTES)
  if (profile === '') return 'profile'
  const region = getName(record, REGION_AT, REGION_BYTES)
  if (region === '') return 'region'
  const bundleBytes = getBig32(record, LENGTH_AT)
  if (!isCount(bundleBytes, BUNDLE_BYTES_MAX)) return 'bundleBytes'
  const digest = new Uint8Array(record.subarray(DIGEST_AT))
  return { version, board, profile, region, bundleBytes, digest }
}
