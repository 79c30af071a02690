import { defineConfig } from 'vitest/config'

/** Needs Debian's Chromium: `npx vitest run --config test/browser/vitest.config.ts`. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
  },
})
