/** Published LMS signatures, and readers over bytes. */
import { readFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import type { Sha256 } from '../../../core/hash.ts'
import type { Reader } from '../../../core/reader.ts'

export interface LmsVector {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** Where the RFC gives it: the seed of all chains. */
  readonly seed: Uint8Array | undefined
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

const rows = JSON.parse(readFileSync(new URL('../../vectors/lms.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>[]

export const LMS_VECTORS: readonly LmsVector[] = rows.map((row) => ({
  name: row['name']!,
  publicKey: bytes(row['publicKey']!),
  message: bytes(row['message']!),
  signature: bytes(row['signature']!),
  seed: row['seed'] === undefined ? undefined : bytes(row['seed']),
}))

export const sha256: Sha256 = (message) => hash('sha256', message, 'buffer')

export const readerOf =
  (all: Uint8Array): Reader =>
  (offset, length) =>
    all.subarray(offset, offset + length)
