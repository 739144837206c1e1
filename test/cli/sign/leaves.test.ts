/** No leaf is ever used twice: the power goes before every step, twice in a row, with every kind of loss; two processes at every step. */
import { describe, expect, test } from 'vitest'
import { usedLeaves } from '../../../cli/sign/leaves.ts'
import { growKey, publicKeyOf } from '../../../cli/sign/lms.ts'
import { makeTicket } from '../../../cli/sign/makeTicket.ts'
import { endsInMemory } from '../../../core/lms/ends.ts'
import { openTicket } from '../../../core/update/ticket.ts'
import { readerOf, sha256 } from '../../core/lms/signatures.ts'
import { claim, diskWith, every, faultOf, FOLDERS, LEAVES, named, STEPS, untilCut } from './keyDisk.ts'

test('a claim has the steps that are cut below', () => {
  const disk = diskWith(2)
  expect(claim(disk)).toBe(2)
  expect(disk.steps).toBe(STEPS)
})

describe.each(named)('the power goes, lost is what was not synced of: %s', (_, loss) => {
  test.each(every)('before step %i, and again before each step of the next start', (first) => {
    for (const second of [...every, -1]) {
      const disk = diskWith(2)
      const given: number[] = []
      for (const cutAt of [first, second, -1, -1]) {
        disk.steps = 0
        disk.cutAt = cutAt
        const leaf = untilCut(() => claim(disk))
        if (leaf !== undefined) given.push(leaf)
        disk.restart(loss)
      }
      // The last two starts go through, whatever was before: a crash alone never makes a key refuse.
      expect(given.length).toBeGreaterThanOrEqual(2)
      expect(new Set([0, 1, ...given]).size).toBe(2 + given.length)
    }
  })

  test('a leaf that was given is found used after the power goes at once', () => {
    const disk = diskWith(2)
    const leaf = claim(disk)
    disk.restart(loss)
    expect(usedLeaves(disk, FOLDERS).has(leaf)).toBe(true)
    expect(claim(disk)).toBe(leaf + 1)
  })
})

describe('a whole signature', () => {
  const key = growKey(sha256, {
    lmsType: 5,
    otsType: 3,
    identifier: new Uint8Array(16),
    seed: new Uint8Array(32).fill(1),
  })
  const manifest = (version: number) => ({
    version,
    board: 'ttgo-lora32-v21',
    profile: 'soil',
    region: 'AS923-2',
    bundleBytes: 9,
    digest: new Uint8Array(32).fill(version),
  })

  /** Which message digests were hashed with which leaf: two for one leaf are a leaf used twice. */
  function watched() {
    const byLeaf = new Map<number, Set<string>>()
    const hash = (block: Uint8Array) => {
      const digest = sha256(block)
      const bytes = Buffer.from(block)
      if (block.length > 22 && bytes.readUInt16BE(20) === 0x8181) {
        const leaf = bytes.readUInt32BE(16)
        byLeaf.set(leaf, (byLeaf.get(leaf) ?? new Set()).add(Buffer.from(digest).toString('hex')))
      }
      return digest
    }
    return { byLeaf, hash }
  }

  test.each(named)('is cut before every step, lost: %s', (_, loss) => {
    const whole = diskWith(1)
    makeTicket({ disk: whole, sha256, key, folders: FOLDERS }, manifest(1), '/out/1')
    expect(whole.steps).toBeGreaterThan(STEPS)
    for (let cutAt = 0; cutAt < whole.steps; cutAt++) {
      const disk = diskWith(1)
      const { byLeaf, hash } = watched()
      const signing = { disk, sha256: hash, key, folders: FOLDERS }
      disk.cutAt = cutAt
      expect(untilCut(() => makeTicket(signing, manifest(1), '/out/1'))).toBeUndefined()
      disk.restart(loss)
      // What stands under its name is whole, at every moment.
      const left = disk.read('/out/1')
      if (left)
        expect(
          openTicket(sha256, publicKeyOf(key), left.length, readerOf(left), endsInMemory(sha256)),
        ).toEqual(manifest(1))
      for (const version of [2, 3]) {
        makeTicket(signing, manifest(version), `/out/${version}`)
        const ticket = disk.read(`/out/${version}`)!
        expect(
          openTicket(sha256, publicKeyOf(key), ticket.length, readerOf(ticket), endsInMemory(sha256)),
        ).toEqual(manifest(version))
      }
      expect(byLeaf.has(0)).toBe(false)
      for (const [leaf, digests] of byLeaf) expect(digests.size, `leaf ${leaf}, cut at ${cutAt}`).toBe(1)
    }
  })

  test('of a version that was given already, or of one below, is refused; of the same bundle it is made again', () => {
    const disk = diskWith(0)
    const signing = { disk, sha256, key, folders: FOLDERS }
    expect(makeTicket(signing, manifest(5), '/out/5')).toEqual({ leaf: 0, left: 31 })
    expect(faultOf(() => makeTicket(signing, manifest(4), '/out/4'))).toBe('downgrade')
    const other = { ...manifest(5), digest: new Uint8Array(32) }
    expect(faultOf(() => makeTicket(signing, other, '/out/o'))).toBe('downgrade')
    expect(usedLeaves(disk, FOLDERS).size).toBe(1)
    expect(makeTicket(signing, manifest(5), '/out/again').leaf).toBe(1)
    expect(makeTicket(signing, { ...manifest(1), profile: 'air' }, '/out/air').leaf).toBe(2)
  })

  test('does not overwrite a file, and does not go out when it is not good', () => {
    const disk = diskWith(0)
    makeTicket({ disk, sha256, key, folders: FOLDERS }, manifest(1), '/out/1')
    expect(faultOf(() => makeTicket({ disk, sha256, key, folders: FOLDERS }, manifest(2), '/out/1'))).toBe(
      'exists',
    )
    const spoilt = { ...key, nodes: Uint8Array.from(key.nodes) }
    spoilt.nodes[32 * 2]! ^= 1
    spoilt.nodes[32 * 3]! ^= 1
    const signing = { disk, sha256, key: spoilt, folders: FOLDERS }
    expect(faultOf(() => makeTicket(signing, manifest(3), '/out/3'))).toBe('selfCheck')
    expect(disk.read('/out/3')).toBeUndefined()
  })
})

test('two processes, the second at every step of the first and cut at each of its own: each leaf once', () => {
  for (const at of every) {
    for (const cutAt of [...every, -1]) {
      const disk = diskWith(1)
      const given: number[] = [0]
      disk.between = () => {
        if (disk.steps !== at) return
        disk.between = undefined
        const [steps, cut] = [disk.steps, disk.cutAt]
        disk.steps = 0
        disk.cutAt = cutAt
        const leaf = untilCut(() => claim(disk))
        if (leaf !== undefined) given.push(leaf)
        disk.steps = steps
        disk.cutAt = cut
      }
      given.push(claim(disk), claim(disk))
      expect(new Set(given).size, `${at}, ${cutAt}`).toBe(given.length)
    }
  }
})

test('the last leaf is the last', () => {
  const disk = diskWith(LEAVES - 1)
  expect(claim(disk)).toBe(LEAVES - 1)
  expect(faultOf(() => claim(disk))).toBe('exhausted')
  expect(faultOf(() => claim(disk))).toBe('exhausted')
})
