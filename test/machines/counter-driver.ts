import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { processDriver } from '../../src/machines/drivers/process.ts'

const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** What a guest of test/fixtures/guests needs to read. */
const readable = ['package.json', 'src', 'node_modules', 'test/fixtures/guests'].map(project)

/** A process driver whose machines run a guest of test/fixtures/guests and have their data in folders of `root`. */
export function counterDriver(root: string, guest = 'counter') {
  return processDriver({
    dataDir: (id) => join(root, id),
    epoch: () => 1,
    guest: { entry: project(`test/fixtures/guests/${guest}.ts`), readable },
    resumeWithinMs: 300,
  })
}
