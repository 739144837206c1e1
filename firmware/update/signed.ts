/** What is signed of an update: whose ticket it is and what bundle that speaks of, and whether the bundle that came is that one. */
import { getBig32 } from '../../core/big.ts'
import { HASH_BYTES } from '../../core/hash.ts'
import { LMS_KEY_BYTES } from '../../core/lms/parameters.ts'
import { bundleDigest } from '../../core/update/digest.ts'
import { MANIFEST_BYTES, type Manifest } from '../../core/update/manifest.ts'
import { UPDATE_REASON } from '../../core/update/message.ts'
import { openTicket, unsuited, type TicketError } from '../../core/update/ticket.ts'
import type { Files } from '../hal/index.ts'
import type { Node } from '../nodeState.ts'
import { RELEASE } from '../release.ts'
import { ENDS_AT, SIGNER_FILE, TEXT_AT } from './record.ts'
import { fill, headDigest, readHead, type Transfer } from './transfer.ts'

/** Names that a good signature can stand under and that are none all the same. */
const MANIFEST_FAULTS = ['format', 'version', 'board', 'profile', 'region', 'bundleBytes']

/** What is no reason: a power cut has spoilt a place that the verification writes to. */
export const SPOILT = -1

/** The manifest of a whole ticket, or what is wrong with it. About 500 hashes. */
function readTicket({ hal }: Node, files: Files, transfer: Transfer): Manifest | TicketError | 'spoilt' {
  const key = files.read(SIGNER_FILE, 0, LMS_KEY_BYTES)
  const { slot, ticketBytes } = transfer
  let whole = true
  const read = (offset: number, length: number): Uint8Array => readHead(files, transfer, offset, length)
  const manifest = openTicket(hal.sha256!, key, ticketBytes, read, {
    put: (offset, bytes) => {
      whole = fill(files, slot, bytes, ENDS_AT + offset) && whole
    },
    hash: (length) => files.digest(slot, ENDS_AT, length),
  })
  return whole ? manifest : 'spoilt'
}

/** Why this ticket's bundle is not for this node; 0 when it is, and its bytes may come; SPOILT where its slot can't tell. */
export function checkTicket(node: Node, files: Files, transfer: Transfer): number {
  const { board, profile, region } = node
  const manifest = readTicket(node, files, transfer)
  if (manifest === 'spoilt') return SPOILT
  if (typeof manifest === 'string')
    return MANIFEST_FAULTS.indexOf(manifest) < 0 ? UPDATE_REASON.signature : UPDATE_REASON.manifest
  // What was offered is not signed: it has to be what is.
  if (manifest.version !== transfer.version || manifest.bundleBytes !== transfer.bundleBytes)
    return UPDATE_REASON.manifest
  if (getBig32(headDigest(files, transfer, transfer.ticketBytes), 0) !== transfer.transfer)
    return UPDATE_REASON.manifest
  const own = { board: board.name, profile: profile.name, region: region.name, version: RELEASE }
  const unfit = unsuited(manifest, own)
  if (unfit === 'otherBoard') return UPDATE_REASON.otherBoard
  if (unfit === 'otherProfile') return UPDATE_REASON.otherProfile
  if (unfit === 'otherRegion') return UPDATE_REASON.otherRegion
  return unfit ? UPDATE_REASON.old : 0
}

/** Whether the bundle in the slot is the one that was signed; its ticket was found good before its bytes were taken. */
export function isWhole({ hal }: Node, files: Files, transfer: Transfer): boolean {
  const { slot, bundleBytes } = transfer
  const digest = bundleDigest(hal.sha256!, bundleBytes, (offset, length) =>
    files.read(slot, TEXT_AT + offset, length),
  )
  const signed = readHead(files, transfer, MANIFEST_BYTES - HASH_BYTES, HASH_BYTES)
  return digest !== undefined && digest.join() === signed.join()
}
