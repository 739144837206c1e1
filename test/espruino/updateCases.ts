/** What a node does with a signed update, in the real interpreter and in Node alike: see cases.ts. */
import { HASH_BYTES, type Sha256 } from '../../core/hash.ts'
import { endsInMemory } from '../../core/lms/ends.ts'
import { OTS_W4, otsChains } from '../../core/lms/parameters.ts'
import { verifyLms } from '../../core/lms/verify.ts'
import type { Reader } from '../../core/reader.ts'
import { bundleDigest } from '../../core/update/digest.ts'
import { openTicket, unsuited } from '../../core/update/ticket.ts'
import { hex, type Say } from './cases.ts'

/** The reader with one bit of byte `at` turned. */
function spoilt(read: Reader, at: number): Reader {
  return (offset, length) => {
    const piece = new Uint8Array(read(offset, length))
    if (at >= offset && at < offset + length) piece[at - offset]! ^= 4
    return piece
  }
}

/** A published signature, and the same with a bit turned in each of its parts, in the message and in the key. Each line ends in the count of hashes. */
export function lmsCases(
  say: Say,
  sha256: Sha256,
  key: Uint8Array,
  message: Uint8Array,
  length: number,
  read: Reader,
): void {
  let hashes = 0
  const counted: Sha256 = (block) => {
    hashes++
    return sha256(block)
  }
  const tell = (what: string, read: Reader, length: number): void => {
    hashes = 0
    const ends = endsInMemory(counted, otsChains(OTS_W4))
    say(what + ' ' + verifyLms(counted, key, message, length, read, ends) + ' ' + hashes)
  }
  tell('good', read, length)
  // Leaf, type, C, first chain, last chain, second type, path.
  for (const at of [0, 3, 7, 8, 40, 2183, 2187, 2188, 2507]) tell('bit in ' + at, spoilt(read, at), length)
  tell('short', read, length - 1)
  message[0]! ^= 1
  tell('other message', read, length)
  message[0]! ^= 1
  key[30]! ^= 1
  tell('other root', read, length)
  key[30]! ^= 1
  key[3] = 4
  tell('other kind of key', read, length)
}

/** A ticket opened, held against what runs, and the digest of a bundle: the ticket's own file. */
export function ticketCases(
  say: Say,
  sha256: Sha256,
  key: Uint8Array,
  length: number,
  read: Reader,
  board: string,
): void {
  const open = (read: Reader) =>
    openTicket(sha256, key, length, read, endsInMemory(sha256, otsChains(OTS_W4)))
  const manifest = open(read)
  if (typeof manifest === 'string') return say(manifest)
  say(
    manifest.version +
      ' ' +
      manifest.board +
      ' ' +
      manifest.profile +
      ' ' +
      manifest.region +
      ' ' +
      manifest.bundleBytes,
  )
  say(hex(manifest.digest, HASH_BYTES))
  for (const version of [1, 6, 7, 4_000_000_000])
    say(version + ' ' + unsuited(manifest, { board, profile: 'soil', region: 'AS923-2', version }))
  say('' + unsuited(manifest, { board: 'other', profile: 'soil', region: 'AS923-2', version: 1 }))
  say('' + unsuited(manifest, { board, profile: 'air', region: 'AS923-2', version: 1 }))
  say('' + unsuited(manifest, { board, profile: 'soil', region: 'EU868', version: 1 }))
  for (const at of [0, 5, 92, 93, 1000]) {
    const opened = open(spoilt(read, at))
    say(at + ' ' + (typeof opened === 'string' ? opened : 'opened'))
  }
  for (const bytes of [1, 512, 513, length]) {
    const digest = bundleDigest(sha256, bytes, read)
    say(bytes + ' ' + (digest ? hex(digest, HASH_BYTES) : 'none'))
  }
}
