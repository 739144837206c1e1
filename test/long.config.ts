/** The long tests, `npm run test:long`: the files `*.long.test.ts`, which stand beside the quick ones of the same topic. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.long.test.ts'],
    testTimeout: 120_000,
    pool: 'forks',
    maxWorkers: '100%',
  },
})
