/** The suite that cuts the power at every boundary of the flash: `npm run test:powercut`. Its last line is {cuts, corrupt, lostMax, reused}. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/powercut/**/*.test.ts'],
    reporters: ['default', './test/powercut/lastLine.ts'],
    testTimeout: 300_000,
    pool: 'forks',
    maxWorkers: '100%',
  },
})
