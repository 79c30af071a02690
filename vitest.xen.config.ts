import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The drivers' suite takes longer than any two of the others: begun last, it would have a processor to itself for most of its time. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith('driver.test.ts')
    return files.toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)))
  }
}

/** Domains of a real Xen, which runs emulated. Needs Debian’s packages; `npm run lab:xen:test` says which. */
export default defineConfig({
  test: {
    include: ['test/labs/xen/**/*.test.ts'],
    globalSetup: 'test/labs/xen/setup.ts',
    pool: 'forks',
    // Each file has a lab of its own, which keeps one processor busy.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // A machine that is emulated boots in seconds, on a busy computer in minutes.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    allowOnly: false,
  },
})
