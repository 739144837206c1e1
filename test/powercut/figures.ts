/** What a sweep of power cuts comes to. */
import { expect, type TestContext } from 'vitest'

export interface Figures {
  cuts: number
  /** Cuts after which something was read that was never written, a program fell over, or the node reported no more. */
  corrupt: number
  /** Most samples that a cut has cost. */
  lostMax: number
  /** Cuts after which a nonce, a counter or a sequence was used a second time. */
  reused: number
  /** The first of what was wrong, in words. */
  findings: string[]
}

/** What a look at the node after one cut found. */
export interface Verdict {
  corrupt: string[]
  lost: number
  reused: string[]
}

const FINDINGS_MAX = 10

export const newFigures = (): Figures => ({ cuts: 0, corrupt: 0, lostMax: 0, reused: 0, findings: [] })

export function add(sum: Figures, more: Figures): void {
  sum.cuts += more.cuts
  sum.corrupt += more.corrupt
  sum.lostMax = Math.max(sum.lostMax, more.lostMax)
  sum.reused += more.reused
  sum.findings.push(...more.findings)
}

export function count(figures: Figures, where: string, { corrupt, lost, reused }: Verdict): void {
  figures.cuts++
  if (corrupt.length) figures.corrupt++
  if (reused.length) figures.reused++
  figures.lostMax = Math.max(figures.lostMax, lost)
  const words = [...corrupt, ...reused.map((each) => `${each} twice`)]
  if (lost > 1) words.push(`${lost} lost`)
  if (words.length && figures.findings.length < FINDINGS_MAX)
    figures.findings.push(`${where}: ${words.join('; ')}`)
}

/** Hands the figures to the suite's last line, and fails the test when they are not what a node may do. */
export function settle({ task }: TestContext, figures: Figures): void {
  task.meta.figures = figures
  expect(figures.findings).toEqual([])
  expect({ ...figures, cuts: figures.cuts > 0 }).toMatchObject({ cuts: true, corrupt: 0, reused: 0 })
  expect(figures.lostMax).toBeLessThanOrEqual(1)
}
