import { defineConfig } from 'vitest/config'

// Needs Debian's Chromium at /usr/bin/chromium; `npm test` does not.
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
  },
})
