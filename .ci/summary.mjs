// Adds up vitest's JSON reports and says so in one line. Fails when a test failed or was skipped, or when there was none.
import { readFileSync } from 'node:fs'

const sums = { passed: 0, failed: 0, skipped: 0 }
for (const file of process.argv.slice(2)) {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  sums.passed += report.numPassedTests
  sums.failed += report.numFailedTests
  sums.skipped += report.numPendingTests + report.numTodoTests
}
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`)
if (sums.failed > 0 || sums.skipped > 0 || sums.passed === 0) process.exit(1)
