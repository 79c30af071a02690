import { defineConfig } from 'vitest/config'

/** Virtual machines under QEMU, emulated where there is no KVM. Needs Debian's packages; `npm run lab:qemu:test` says which. */
export default defineConfig({
  test: {
    include: ['test/labs/qemu/**/*.test.ts'],
    pool: 'forks',
    // A machine that is emulated boots in seconds, on a busy computer in half a minute.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    allowOnly: false,
  },
})
