import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/labs/**', 'test/browser/**', 'test/corpus/**', '**/node_modules/**'],
    globalSetup: ['test/temporary-folder.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that is skipped proves nothing, so a run that skips one says so in its closing lines.
    allowOnly: false,
  },
})
