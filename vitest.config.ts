/** The ordinary tests: everything but the suites that take long or need a program which is not on npm. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/*.long.test.ts', 'test/espruino/**', 'test/powercut/**', 'test/e2e/**', 'node_modules/**'],
    testTimeout: 60_000,
    pool: 'forks',
    // By itself the runner leaves one core idle, which on two cores is half of them.
    maxWorkers: '100%',
  },
})
