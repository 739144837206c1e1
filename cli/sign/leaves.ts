/** Which leaves of a key are used: no leaf is ever given twice, whatever power, a second process or an old copy does.
 *
 *  A leaf is claimed by making a file of its number where none was: the system lets one process do that and no other, so there is no lock
 *  that a crash could leave behind. It is claimed twice, each time down to the disk (file, then folder), before it is given:
 *  first in the key's own folder (`used`), then in this machine's record of the key (`witness`), which lies outside that folder.
 *  So at every moment the witness is part of the folder, except when the folder is an old one that was brought back, or a copy of one:
 *  then it is refused. What can't be seen: that both were brought back together (a whole machine from its image), and a copy of the folder
 *  on another machine that was told to adopt it. */
import { join } from 'node:path'
import type { Disk } from './disk.ts'
import { SignError } from './fault.ts'

/** The two folders with a file a used leaf. */
export interface LeafFolders {
  /** In the key's folder; its files say what was signed. */
  readonly used: string
  /** This machine's record, outside of it; its files are empty. */
  readonly witness: string
}

const nameOf = (leaf: number): string => String(leaf).padStart(4, '0')

/** Leaves by their files; what else lies in the folder is none. */
function leavesIn(disk: Disk, folder: string): Set<number> | undefined {
  const names = disk.list(folder)
  return names && new Set(names.filter((name) => /^\d{4}$/.test(name)).map((name) => parseInt(name, 10)))
}

/** One more than the largest: a gap may be a leaf whose file was lost. */
const nextAfter = (leaves: Set<number>): number => Math.max(-1, ...leaves) + 1

/** Makes a leaf's file with its content, on the disk when this returns; false when it was there. */
function mark(disk: Disk, folder: string, leaf: number, content: string): boolean {
  const path = join(folder, nameOf(leaf))
  if (!disk.create(path)) return false
  disk.write(path, content)
  disk.sync(path)
  disk.syncFolder(folder)
  return true
}

/** The used leaves, after the check that none is missing. Throws SignError 'unwitnessed' or 'restored'. */
export function usedLeaves(disk: Disk, { used, witness }: LeafFolders): Set<number> {
  // In this order: a leaf that another process claims meanwhile appears in `used` first.
  const witnessed = leavesIn(disk, witness)
  if (!witnessed) throw new SignError('unwitnessed', witness)
  const own = leavesIn(disk, used) ?? new Set<number>()
  const missing = [...witnessed].filter((leaf) => !own.has(leaf))
  if (missing.length > 0) throw new SignError('restored', String(Math.max(...missing)))
  return own
}

/** Claims the next free leaf of `leaves`; `note` is kept with it. Throws SignError 'unwitnessed', 'restored' or 'exhausted'. */
export function claimLeaf(disk: Disk, folders: LeafFolders, leaves: number, note: string): number {
  for (let leaf = nextAfter(usedLeaves(disk, folders)); leaf < leaves; leaf++) {
    // Another process was quicker: the next one.
    if (!mark(disk, folders.used, leaf, note)) continue
    if (!mark(disk, folders.witness, leaf, '')) throw new SignError('restored', String(leaf))
    return leaf
  }
  throw new SignError('exhausted', String(leaves))
}

/** Makes this machine the key's own, to go on with leaf `from`; every leaf below counts as used. For a key that was moved here or
 *  brought back, by somebody who knows that no leaf from `from` on was ever used. Throws SignError 'used' when one is known to be. */
export function adoptLeaves(disk: Disk, { used, witness }: LeafFolders, from: number): void {
  const witnessed = leavesIn(disk, witness) ?? new Set<number>()
  const own = leavesIn(disk, used) ?? new Set<number>()
  const known = Math.max(nextAfter(witnessed), nextAfter(own))
  if (from < known) throw new SignError('used', String(known - 1))
  disk.makeFolder(used)
  const missing = new Set([...witnessed].filter((leaf) => !own.has(leaf)))
  if (from > nextAfter(own)) missing.add(from - 1)
  for (const leaf of missing) mark(disk, used, leaf, 'adopted\n')
  disk.makeFolder(witness)
  if (from > 0) mark(disk, witness, from - 1, '')
  disk.syncFolder(join(witness, '..'))
}

/** What was kept with each used leaf. */
export function leafNotes(disk: Disk, { used }: LeafFolders): string[] {
  const leaves = [...(leavesIn(disk, used) ?? [])]
  return leaves.map((leaf) => Buffer.from(disk.read(join(used, nameOf(leaf))) ?? []).toString())
}
