import { defineConfig } from 'vitest/config'

/** The configurations that `drowse config` prints, in Debian's nginx and Varnish. `npm run lab:cdn:test`. */
export default defineConfig({
  test: { include: ['test/labs/cdn/**/*.test.ts'], pool: 'forks', testTimeout: 60_000, hookTimeout: 300_000, allowOnly: false },
})
