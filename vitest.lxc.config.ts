import { defineConfig } from 'vitest/config'

/** Containers of this host’s kernel. Needs Debian’s packages and rights; `npm run lab:lxc:test` says which. */
export default defineConfig({
  test: {
    include: ['test/labs/lxc/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
  },
})
