/** The last line of the suite: {cuts, corrupt, lostMax, reused}, summed over all tests that cut the power. */
import type { Reporter, TestModule } from 'vitest/node'
import { add, newFigures, type Figures } from './figures.ts'

declare module 'vitest' {
  interface TaskMeta {
    figures?: Figures
  }
}

export default class LastLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const sum = newFigures()
    for (const module of modules)
      for (const test of module.children.allTests()) {
        const { figures } = test.meta()
        if (figures) add(sum, figures)
      }
    const { cuts, corrupt, lostMax, reused } = sum
    console.log(JSON.stringify({ cuts, corrupt, lostMax, reused }))
  }
}
