/** A ticket: a manifest and the LMS signature over it, 2,601 bytes with the parameter set that fieldnode signs with. It goes ahead of a bundle,
 *  and a node that has not found it good takes no byte of the bundle. */
import type { Sha256 } from '../hash.ts'
import type { Ends } from '../lms/ends.ts'
import { verifyLms, type LmsOutcome } from '../lms/verify.ts'
import type { Reader } from '../reader.ts'
import { decodeManifest, MANIFEST_BYTES, type Manifest, type ManifestError } from './manifest.ts'

/** What runs on a node, as its board, profile and build say. */
export interface Running {
  readonly board: string
  readonly profile: string
  readonly region: string
  readonly version: number
}

/** Why a ticket is none: its signature's outcome or its manifest's error. 'short' also when there is no whole manifest. */
export type TicketError = Exclude<LmsOutcome, 'valid'> | ManifestError

/** Why a good ticket is not for a node: made for another board, profile or region, or not newer than what runs. */
export type Unsuited = 'otherBoard' | 'otherProfile' | 'otherRegion' | 'old'

/** The manifest of a ticket of `length` bytes that was signed by the owner of `key`. The signature comes first: what nobody signed is
 *  not looked at. Reads the signature a hash at a time; `ends` as verifyLms has them. */
export function openTicket(
  sha256: Sha256,
  key: Uint8Array,
  length: number,
  read: Reader,
  ends: Ends,
): Manifest | TicketError {
  const record = new Uint8Array(read(0, MANIFEST_BYTES))
  if (record.length < MANIFEST_BYTES) return 'short'
  const signature: Reader = (offset, bytes) => read(MANIFEST_BYTES + offset, bytes)
  const outcome = verifyLms(sha256, key, record, length - MANIFEST_BYTES, signature, ends)
  return outcome === 'valid' ? decodeManifest(record) : outcome
}

/** Why a node that runs `running` must not take a bundle, or undefined when it may. No downgrade: also not to the same version. */
export function unsuited(manifest: Manifest, running: Running): Unsuited | undefined {
  if (manifest.board !== running.board) return 'otherBoard'
  if (manifest.profile !== running.profile) return 'otherProfile'
  if (manifest.region !== running.region) return 'otherRegion'
  return manifest.version > running.version ? undefined : 'old'
}
