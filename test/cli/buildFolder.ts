/** A folder to build into, and what a build prints. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, afterEach, beforeEach, vi } from 'vitest'
import { ROOT, type BundlePlan } from '../../cli/build/plan.ts'

export class BuildFolder {
  printed: string[] = []
  errors: string[] = []

  private constructor(
    /** The whole path. */
    readonly place: string,
    /** From the root. */
    readonly folder = relative(ROOT, place),
  ) {}

  /** Made for the tests of a file and removed behind them; what is printed is that of one test. */
  static forEachTest(): BuildFolder {
    // Under the root: rollup's TypeScript plugin takes no other sources.
    mkdirSync(join(ROOT, 'dist'), { recursive: true })
    const its = new BuildFolder(mkdtempSync(join(ROOT, 'dist', 'build-')))
    afterAll(() => rmSync(its.place, { recursive: true }))
    beforeEach(() => {
      its.printed = []
      its.errors = []
      vi.spyOn(console, 'log').mockImplementation((line: string) => void its.printed.push(line))
      vi.spyOn(console, 'error').mockImplementation((line: string) => void its.errors.push(line))
    })
    afterEach(() => vi.restoreAllMocks())
    return its
  }
}

/** A board that a bundle fits as little as it fits this file. */
export function withTinyBoard(plan: BundlePlan): BundlePlan {
  const budgets = { bundleBytes: 1000, functions: 5, peakVariables: 100 }
  const value = { ...plan.board.value, name: 'tiny', budgets }
  return { ...plan, board: { ...plan.board, value }, file: 'tiny.js' }
}
