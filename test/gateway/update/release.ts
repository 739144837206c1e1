/** Releases for tests: small bundles, signed with a key of 32 signatures. */
import { createHash } from 'node:crypto'
import { growKey, publicKeyOf, signLms } from '../../../cli/sign/lms.ts'
import { bundleDigest } from '../../../core/update/digest.ts'
import { encodeManifest, type Manifest } from '../../../core/update/manifest.ts'

const sha256 = (message: Uint8Array): Uint8Array => createHash('sha256').update(message).digest()
const secret = { lmsType: 5, otsType: 3, identifier: new Uint8Array(16), seed: new Uint8Array(32).fill(1) }
const key = growKey(sha256, secret)
export const releaseKey = publicKeyOf(key)
export const otherKey = publicKeyOf(growKey(sha256, { ...secret, identifier: new Uint8Array(16).fill(9) }))

export interface TestRelease {
  ticket: Buffer
  bundle: Buffer
  /** Both, as they are sent. */
  stream: Buffer
  transfer: number
  body: { ticket: string; bundle: string }
}

/** A bundle of some bytes with its ticket; the version gives the content. */
export function makeRelease(version: number, bytes = 5_000, over: Partial<Manifest> = {}): TestRelease {
  const bundle = Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + version * 7) & 255))
  return signRelease(bundle, { version, ...over })
}

/** A bundle with its ticket. */
export function signRelease(bundle: Buffer, over: Partial<Manifest> & { version: number }): TestRelease {
  const digest = bundleDigest(sha256, bundle.length, (at, length) => bundle.subarray(at, at + length))!
  const manifest = {
    board: 'esp32-devkit',
    profile: 'air',
    region: 'AS923-2',
    bundleBytes: bundle.length,
    digest,
    ...over,
  }
  const record = encodeManifest(manifest)
  if (typeof record === 'string') throw new Error(record)
  const ticket = Buffer.concat([record, signLms(sha256, key, 5, new Uint8Array(32).fill(2), record)])
  const transfer = createHash('sha256').update(ticket).digest().readUInt32BE()
  const body = { ticket: ticket.toString('base64'), bundle: bundle.toString('base64') }
  return { ticket, bundle, stream: Buffer.concat([ticket, bundle]), transfer, body }
}
