/** A release as it comes in: a ticket (core/update/ticket.ts) and the bundle that it is of. Checked here once, so that no node is offered what none would take. */
import { getBig32 } from '../../core/big.ts'
import type { Reader } from '../../core/reader.ts'
import { bundleDigest } from '../../core/update/digest.ts'
import {
  BUNDLE_BYTES_MAX,
  decodeManifest,
  MANIFEST_BYTES,
  type Manifest,
} from '../../core/update/manifest.ts'
import { openTicket } from '../../core/update/ticket.ts'
import type { Release } from '../store/store.ts'
import { endsInMemory } from '../../core/lms/ends.ts'
import { nodeSha256 } from './sha256.ts'

/** The longest signature of RFC 8554 (W1, H25) takes 9,325 bytes. */
export const TICKET_BYTES_MAX = 16_384

/** ticketSize, bundleSize: of a length that none has; ticket: its manifest is none; bundle: not the one of the ticket; signature: not of the key that this
 *  gateway knows; otherRegion: built for another frequency plan than this gateway's. */
export type ReleaseRefusal = 'ticketSize' | 'bundleSize' | 'ticket' | 'bundle' | 'signature' | 'otherRegion'

export interface CheckedRelease {
  readonly release: Release
  readonly manifest: Manifest
}

export interface RefusedRelease {
  readonly refused: ReleaseRefusal
  readonly got: string
}

/** What a release is measured by. */
export interface Border {
  /** LMS public key; without it signatures are left to the nodes. */
  readonly releaseKey: Uint8Array | undefined
  /** Name of this gateway's region. */
  readonly region: string
}

const readerOf =
  (bytes: Uint8Array): Reader =>
  (offset, length) =>
    bytes.subarray(offset, offset + length)

const refused = (name: ReleaseRefusal, got: string): RefusedRelease => ({ refused: name, got })

/** Names the stream of a ticket and its bundle: the first four bytes of the ticket's SHA-256. */
export const transferOf = (ticket: Uint8Array): number => getBig32(nodeSha256(ticket), 0)

function isOf(manifest: Manifest, bundle: Uint8Array): boolean {
  if (bundle.length !== manifest.bundleBytes) return false
  const digest = bundleDigest(nodeSha256, bundle.length, readerOf(bundle))!
  return Buffer.compare(digest, manifest.digest) === 0
}

/** The release, or the first thing that is wrong with it. */
export function checkRelease(
  ticket: Uint8Array,
  bundle: Uint8Array,
  { releaseKey, region }: Border,
): CheckedRelease | RefusedRelease {
  if (ticket.length <= MANIFEST_BYTES || ticket.length > TICKET_BYTES_MAX)
    return refused('ticketSize', `${ticket.length} bytes`)
  if (bundle.length === 0 || bundle.length > BUNDLE_BYTES_MAX)
    return refused('bundleSize', `${bundle.length} bytes`)
  const manifest = decodeManifest(ticket.subarray(0, MANIFEST_BYTES))
  if (typeof manifest === 'string') return refused('ticket', manifest)
  if (manifest.region !== region) return refused('otherRegion', manifest.region)
  if (!isOf(manifest, bundle)) return refused('bundle', `${bundle.length} bytes`)
  const opened =
    releaseKey &&
    openTicket(nodeSha256, releaseKey, ticket.length, readerOf(ticket), endsInMemory(nodeSha256))
  if (typeof opened === 'string') return refused('signature', opened)
  return { release: { transfer: transferOf(ticket), ticket, bundle }, manifest }
}
