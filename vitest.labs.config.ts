import { defineConfig } from 'vitest/config'

/** Stores and publishers on a real Ceph RADOS Gateway, which is installed and started for them. `npm run lab:s3:test`. */
export default defineConfig({
  test: {
    include: ['test/labs/s3/**/*.test.ts'],
    globalSetup: ['test/labs/s3/setup.ts'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A gateway, a disk and a monitor stop one after the other.
    teardownTimeout: 60_000,
    allowOnly: false,
  },
})
