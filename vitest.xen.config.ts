import { defineConfig } from 'vitest/config'

/** Domains of a real Xen, which runs emulated. Needs Debian’s packages; `npm run lab:xen:test` says which. */
export default defineConfig({
  test: {
    include: ['test/labs/xen/**/*.test.ts'],
    globalSetup: 'test/labs/xen/setup.ts',
    pool: 'forks',
    // Each file has a lab of its own, which keeps one processor busy.
    maxWorkers: 2,
    // A machine that is emulated boots in seconds, on a busy computer in minutes.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    allowOnly: false,
  },
})
