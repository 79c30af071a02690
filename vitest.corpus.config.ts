import { defineConfig } from 'vitest/config'

// Real posts, which are not part of the project: DROWSE_CORPUS names their folder.
export default defineConfig({
  test: { include: ['test/corpus/**/*.test.ts'], pool: 'forks', testTimeout: 300_000, hookTimeout: 300_000, allowOnly: false },
})
