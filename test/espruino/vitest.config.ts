/** The suite that needs the real interpreter. One file after the other: each drives a process of its own on two cores. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/espruino/**/*.test.ts'],
    reporters: ['default', './test/espruino/lastLine.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    // Bundles that are flown side by side.
    maxConcurrency: 2,
  },
})
