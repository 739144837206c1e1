/** Receive windows on a slow interpreter: heard at the factors that issue 3 names, and not at any. */
import { describe, expect, test } from 'vitest'
import { benchWindows, limitOf, type WindowsLine } from '../../../cli/bench/windows.ts'

const options = { nodes: 2, hours: 1, seed: 5 }

describe('joins and downlinks', () => {
  test('arrive at 1, 2 and 4 times the estimated cost, at the slowest and the fastest data rate', async () => {
    const lines = await benchWindows({ ...options, factors: [1, 2, 4], dataRates: [2, 5] })
    expect(lines.pop()).toEqual({ limit: { all: 4, none: null } })
    for (const line of lines as WindowsLine[]) {
      expect(line.joins).toEqual({ of: 2, heard: 2 })
      expect(line.downlinks.of).toBeGreaterThan(2)
      expect(line.downlinks.heard).toBe(line.downlinks.of)
    }
  })

  test('open later the slower the interpreter is, and cease', async () => {
    const lines = await benchWindows({ ...options, factors: [1, 4, 1000], dataRates: [5] })
    expect(lines.at(-1)).toEqual({ limit: { all: 4, none: 1000 } })
    const [one, four] = lines as WindowsLine[]
    expect(four!.latencyMs.mean).toBeGreaterThan(one!.latencyMs.mean)
  })
})

test('a limit lies below the first factor at which anything was missed', () => {
  const line = (factor: number, heard: number): WindowsLine => ({
    factor,
    dataRate: 2,
    joins: { of: 2, heard },
    downlinks: { of: 2, heard },
    latencyMs: { mean: 0, most: 0 },
  })
  expect(limitOf([line(1, 2), line(2, 1), line(4, 2), line(8, 0)])).toEqual({ limit: { all: 1, none: 8 } })
  expect(limitOf([line(1, 1)])).toEqual({ limit: { all: 0, none: null } })
})
