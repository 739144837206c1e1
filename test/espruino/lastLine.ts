/** The last line of the suite: {ran, of, equal}. Each test is one comparison with Node; one that was skipped did not run. */
import type { Reporter, TestModule } from 'vitest/node'

export default class LastLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    )
    const equal = states.filter((state) => state === 'passed').length
    const ran = states.filter((state) => state !== 'skipped' && state !== 'pending').length
    console.log(JSON.stringify({ ran, of: states.length, equal }))
  }
}
