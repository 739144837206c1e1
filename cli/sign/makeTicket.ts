/** Signs a manifest: claims a leaf, signs with it, checks what came out, and writes the ticket. */
import { randomBytes } from 'node:crypto'
import { HASH_BYTES, type Sha256 } from '../../core/hash.ts'
import { endsInMemory } from '../../core/lms/ends.ts'
import type { Reader } from '../../core/reader.ts'
import { encodeManifest, type Manifest } from '../../core/update/manifest.ts'
import { openTicket } from '../../core/update/ticket.ts'
import type { Disk } from './disk.ts'
import { SignError } from './fault.ts'
import { writeWhole } from './keyFolder.ts'
import { claimLeaf, leafNotes, type LeafFolders } from './leaves.ts'
import { leavesOf, publicKeyOf, signLms, type LmsKey } from './lms.ts'

export interface Signing {
  readonly disk: Disk
  readonly sha256: Sha256
  readonly key: LmsKey
  readonly folders: LeafFolders
}

export interface Ticket {
  readonly leaf: number
  /** Signatures that the key still gives. */
  readonly left: number
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** What is kept with a leaf: version, board, profile, region and digest of what it signed. */
const noteOf = ({ version, board, profile, region, digest }: Manifest): string =>
  `${version} ${board} ${profile} ${region} ${hex(digest)}\n`

/** A version that was given to another bundle is not given again, and none below it: nodes would take the one or the other, or none.
 *  The same bundle may be signed again, when its ticket was lost. */
function checkVersion(signing: Signing, manifest: Manifest): void {
  for (const note of leafNotes(signing.disk, signing.folders)) {
    const [version, board, profile, region, digest] = note.trim().split(' ')
    if (board !== manifest.board || profile !== manifest.profile || region !== manifest.region) continue
    const given = parseInt(version!, 10)
    if (given > manifest.version || (given === manifest.version && digest !== hex(manifest.digest)))
      throw new SignError('downgrade', String(given))
  }
}

/** The ticket's bytes. The leaf is on the disk as used before the signature is computed. Throws SignError. */
function sign(signing: Signing, manifest: Manifest, record: Uint8Array): { leaf: number; bytes: Uint8Array } {
  const { disk, sha256, key, folders } = signing
  const leaf = claimLeaf(disk, folders, leavesOf(key), noteOf(manifest))
  const bytes = Buffer.concat([record, signLms(sha256, key, leaf, randomBytes(HASH_BYTES), record)])
  const read: Reader = (offset, length) => bytes.subarray(offset, offset + length)
  const opened = openTicket(sha256, publicKeyOf(key), bytes.length, read, endsInMemory(sha256))
  if (typeof opened === 'string') throw new SignError('selfCheck', opened)
  return { leaf, bytes }
}

/** Writes the ticket of a manifest to `out`, which must not be there. Throws SignError; a manifest that can't be encoded is a bug of the caller. */
export function makeTicket(signing: Signing, manifest: Manifest, out: string): Ticket {
  const record = encodeManifest(manifest)
  if (typeof record === 'string') throw new Error(`manifest: ${record}`)
  checkVersion(signing, manifest)
  const { leaf, bytes } = sign(signing, manifest, record)
  if (!writeWhole(signing.disk, out, bytes, 'open')) throw new SignError('exists', out)
  return { leaf, left: leavesOf(signing.key) - 1 - leaf }
}
