/** Old copies of a key's folder are refused, a moved key is adopted by somebody who says where it goes on. */
import { describe, expect, test } from 'vitest'
import { adoptLeaves, claimLeaf } from '../../../cli/sign/leaves.ts'
import { claim, diskWith, every, faultOf, FOLDERS, LEAVES, named, untilCut } from './keyDisk.ts'

describe('an old copy of the folder', () => {
  test.each([1, 2, 5])('that lacks %i leaves is refused', (missing) => {
    const disk = diskWith(3)
    const putBack = disk.copy('/key')
    for (let i = 0; i < missing; i++) claim(disk)
    putBack()
    expect(faultOf(() => claim(disk))).toBe('restored')
    expect(faultOf(() => claim(disk))).toBe('restored')
  })

  test('that lacks all leaves, or its list of them, is refused', () => {
    const disk = diskWith(0)
    const putBack = disk.copy('/key')
    claim(disk)
    putBack()
    expect(faultOf(() => claim(disk))).toBe('restored')
    disk.remove('/key/used')
    expect(faultOf(() => claim(disk))).toBe('restored')
  })

  test('that came back between looking and taking is refused', () => {
    const disk = diskWith(3)
    const putBack = disk.copy('/key')
    claim(disk)
    disk.steps = 0
    disk.between = () => {
      if (disk.steps !== 1) return
      // Behind the witness's list, before the folder's own: it looks as if another had taken none.
      disk.between = undefined
      putBack()
    }
    expect(faultOf(() => claim(disk))).toBe('restored')
  })

  test('that signs at the same time as the folder itself: one of both is refused, at every step', () => {
    for (const at of every) {
      const disk = diskWith(3)
      disk.copy('/key')('/copy')
      const outcomes: (number | string)[] = []
      const attempt = (used: string): void => {
        const fault = faultOf(() => outcomes.push(claimLeaf(disk, { ...FOLDERS, used }, LEAVES, '')))
        if (fault !== 'none') outcomes.push(fault)
      }
      disk.between = () => {
        if (disk.steps !== at) return
        disk.between = undefined
        attempt('/copy/used')
      }
      attempt('/key/used')
      expect(outcomes.map(String).sort(), `${at}`).toEqual(['3', 'restored'])
    }
  })

  test('on a machine without a record of the key is refused', () => {
    const disk = diskWith(3)
    disk.remove('/state/lms')
    expect(faultOf(() => claim(disk))).toBe('unwitnessed')
  })

  test('with files of others beside its leaves, and with a gap, goes on above the highest', () => {
    const disk = diskWith(3)
    for (const name of ['notes.txt', '12', '00031', '0020']) disk.create(`/key/used/${name}`)
    expect(claim(disk)).toBe(21)
    disk.remove('/state/lms/0001')
    expect(claim(disk)).toBe(22)
  })
})

describe('adopting', () => {
  test('a moved key goes on where it is told', () => {
    const disk = diskWith(3)
    disk.remove('/state/lms')
    adoptLeaves(disk, FOLDERS, 10)
    expect(claim(disk)).toBe(10)
  })

  test('a copy that was brought back goes on above all that is known, and nowhere else', () => {
    const disk = diskWith(3)
    const putBack = disk.copy('/key')
    claim(disk)
    claim(disk)
    putBack()
    for (const from of [0, 3, 4]) expect(faultOf(() => adoptLeaves(disk, FOLDERS, from))).toBe('used')
    adoptLeaves(disk, FOLDERS, 5)
    expect(claim(disk)).toBe(5)
  })

  test('a key that signed nothing yet', () => {
    const disk = diskWith(0)
    disk.remove('/state/lms')
    adoptLeaves(disk, FOLDERS, 0)
    expect(claim(disk)).toBe(0)
  })

  test('all leaves: the key is spent', () => {
    const disk = diskWith(3)
    adoptLeaves(disk, FOLDERS, LEAVES)
    expect(faultOf(() => claim(disk))).toBe('exhausted')
  })

  test.each(named)('is cut before every step, lost: %s', (_, loss) => {
    const steps = 20
    for (let cutAt = 0; cutAt < steps; cutAt++) {
      const disk = diskWith(3)
      disk.remove('/state/lms')
      disk.syncFolder('/state')
      disk.steps = 0
      disk.cutAt = cutAt
      untilCut(() => adoptLeaves(disk, FOLDERS, 10))
      disk.restart(loss)
      const fault = faultOf(() => expect(claim(disk)).toBeGreaterThanOrEqual(10))
      expect(['none', 'unwitnessed', 'restored']).toContain(fault)
      if (fault !== 'none') {
        adoptLeaves(disk, FOLDERS, 10)
        expect(claim(disk)).toBe(10)
      }
    }
  })
})
