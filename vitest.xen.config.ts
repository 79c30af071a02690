import { defineConfig } from 'vitest/config'

/** Domains of a real Xen, which runs emulated. Needs Debian’s packages; `npm run lab:xen:test` says which. */
export default defineConfig({
  test: {
    include: ['test/labs/xen/**/*.test.ts'],
    pool: 'forks',
    // One lab at a time: a machine that is emulated boots in seconds, on a busy computer in half a minute.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    allowOnly: false,
  },
})
