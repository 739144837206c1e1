/** A key's folder is made whole or not at all, whatever step the power goes at. */
import { describe, expect, test } from 'vitest'
import { leafFolders, makeKeyFolder, readKeyFolder } from '../../../cli/sign/keyFolder.ts'
import { claimLeaf } from '../../../cli/sign/leaves.ts'
import { growKey, leavesOf, publicKeyOf } from '../../../cli/sign/lms.ts'
import { sha256 } from '../../core/lms/signatures.ts'
import { CutDisk } from './cutDisk.ts'
import { faultOf, named, untilCut } from './keyDisk.ts'

const small = growKey(sha256, {
  lmsType: 5,
  otsType: 3,
  identifier: new Uint8Array(16).fill(4),
  seed: new Uint8Array(32).fill(5),
})
const make = (disk: CutDisk) => makeKeyFolder(disk, '/keys/a', '/state', () => small)

describe.each(named)('made, and cut before every step, lost: %s', (_, loss) => {
  test('there is no key, or a whole one that signs with its first leaf', () => {
    const whole = new CutDisk()
    whole.makeFolder('/keys')
    make(whole)
    const outcomes = new Set<string>()
    for (let cutAt = 0; cutAt <= whole.steps; cutAt++) {
      const disk = new CutDisk()
      disk.makeFolder('/keys')
      disk.syncFolder('/')
      disk.steps = 1
      disk.cutAt = cutAt
      untilCut(() => make(disk))
      disk.restart(loss)
      const fault = faultOf(() => {
        const key = readKeyFolder(disk, '/keys/a')
        expect(publicKeyOf(key)).toEqual(publicKeyOf(small))
        const folders = leafFolders('/keys/a', '/state', key)
        expect(claimLeaf(disk, folders, leavesOf(key), '')).toBe(0)
      })
      outcomes.add(fault)
      // Where a piece is left, a second try says so instead of filling it up.
      const pieces = disk.list('/keys/a')?.length ?? 0
      if (pieces > 0) expect(faultOf(() => make(disk))).toBe('exists')
    }
    expect(outcomes).toContain('noKey')
    expect([...outcomes].every((fault) => ['none', 'noKey', 'unwitnessed'].includes(fault))).toBe(true)
  })
})

test('its private key is not there for others, its public key is', () => {
  const disk = new CutDisk()
  disk.makeFolder('/keys')
  make(disk)
  expect(disk.list('/keys/a')!.sort()).toEqual(['private.key', 'public.key', 'used'])
  expect(disk.readableByOthers('/keys/a/private.key')).toBe(false)
  expect(disk.readableByOthers('/keys/a/public.key')).toBe(true)
})
