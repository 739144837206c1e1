/** A key of 32 leaves on a disk in memory, and ways to use it up to a cut or a refusal. */
import { SignError } from '../../../cli/sign/fault.ts'
import { claimLeaf } from '../../../cli/sign/leaves.ts'
import { Cut, CutDisk, LOSSES, type Loss } from './cutDisk.ts'

export const LEAVES = 32
export const FOLDERS = { used: '/key/used', witness: '/state/lms' }

/** A disk on which a key was made and `count` leaves are used. */
export function diskWith(count: number): CutDisk {
  const disk = new CutDisk()
  for (const path of ['/key/used', '/state/lms', '/out']) disk.makeFolder(path)
  for (const path of ['/', '/key', '/state']) disk.syncFolder(path)
  for (let leaf = 0; leaf < count; leaf++) claimLeaf(disk, FOLDERS, LEAVES, 'first\n')
  disk.steps = 0
  return disk
}

/** Runs until it is done or the power goes; the answer, or undefined. */
export function untilCut<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof Cut) return undefined
    throw error
  }
}

export const claim = (disk: CutDisk): number => claimLeaf(disk, FOLDERS, LEAVES, 'note\n')
/** The SignError of a run by its name, 'none' when it went through. */
export const faultOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof SignError) return error.fault
    throw error
  }
  return 'none'
}

/** Steps of one claim: list twice, then create, write, sync and syncFolder in each of two folders. */
export const STEPS = 10
export const every = Array.from({ length: STEPS }, (_, at) => at)
/** LOSSES with names for a table of tests. */
export const named = LOSSES.map((loss): [string, Loss] => [
  `${loss.contents ? 'contents' : '-'}, ${loss.names ? 'names' : '-'}`,
  loss,
])
