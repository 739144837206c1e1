/** The pause before a lost connection is made again: by chance between half and all of what doubles up to its cap, and short again after a success. */
import { describe, expect, test } from 'vitest'
import { lose, reach } from '../../../firmware/link/connection.ts'
import { Random } from '../../../sim/random.ts'
import { ConnectionRig } from './connectionRig.ts'

const FIRST_MS = 2_000
const CAP_MS = 256_000
const NODES = 100

/** Pauses of one node after so many losses in a row. */
function pauses({ link, clock }: ConnectionRig, losses: number): number[] {
  return Array.from({ length: losses }, () => {
    lose(link)
    const pauseMs = link.retryAtMs - clock.nowMs()
    clock.pass(pauseMs)
    return pauseMs
  })
}

describe('the pause after a lost connection', () => {
  const nodes = Array.from({ length: NODES }, (_, i) => {
    const random = new Random(i, 'noise')
    return pauses(new ConnectionRig(() => random.below(0x1_0000_0000)), 11)
  })

  test.each([...new Array(11).keys()])('number %i of a hundred nodes lies spread over its half', (loss) => {
    const longest = Math.min(FIRST_MS << loss, CAP_MS)
    const found = nodes.map((row) => row[loss]!).sort((a, b) => a - b)
    expect(found[0]).toBeGreaterThanOrEqual(longest / 2)
    expect(found.at(-1)).toBeLessThanOrEqual(longest)
    // No two seconds alike, as far as there are so many: each tenth of the half has its nodes.
    const tenths = new Set(found.map((ms) => Math.min(9, Math.floor((20 * (ms - longest / 2)) / longest))))
    expect(tenths.size).toBe(10)
    expect(new Set(found).size).toBeGreaterThan(NODES * 0.9)
  })

  test('reaches both of its bounds', () => {
    expect(pauses(new ConnectionRig(() => 0), 9)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 7].map((i) => 1_000 << i))
    expect(pauses(new ConnectionRig(() => 1_000), 1)).toEqual([2_000])
    // Noise is any 32 bits, with a sign or without.
    expect(pauses(new ConnectionRig(() => -1), 1)[0]).toBeGreaterThanOrEqual(1_000)
  })

  test('is short again after a connection that stood', () => {
    const rig = new ConnectionRig(() => 0)
    expect(pauses(rig, 5).at(-1)).toBe(16_000)
    const answers: boolean[] = []
    reach(rig.link, (good) => answers.push(good))
    rig.let('10.0.0.7')
    rig.welcome()
    expect(answers).toEqual([true])
    expect(pauses(rig, 2)).toEqual([1_000, 2_000])
  })

  test('is not shortened by a Wi-Fi alone', () => {
    const rig = new ConnectionRig(() => 0)
    pauses(rig, 3)
    reach(rig.link, () => undefined)
    rig.let('10.0.0.7')
    rig.network.line.events.closed()
    rig.clock.pass(1)
    expect(rig.link.failures).toBe(4)
  })

  test('over, a node that is always on tries by itself, and a sleeping one does not', () => {
    for (const alwaysOn of [true, false]) {
      const rig = new ConnectionRig(() => 0)
      rig.node.alwaysOn = alwaysOn
      lose(rig.link)
      rig.clock.pass(999)
      expect(rig.network.joins).toHaveLength(0)
      rig.clock.pass(1)
      expect(rig.network.joins).toHaveLength(alwaysOn ? 1 : 0)
    }
  })
})
