/** `drowse start` of the same parts, but its machine sleeps at the tier that is its last argument. */

import { readSiteFile } from '../../../src/build/scan-folder.ts'
import { compose, openBackends } from '../../../src/cli/embedded.ts'
import { machinesFor } from '../../../src/cli/machine.ts'
import { siteApp } from '../../../src/cli/site-app.ts'
import { syncFolder } from '../../../src/cli/sync-folder.ts'
import { startServer } from '../../../src/gateway/server.ts'

const [siteDir = '', dataDir = '', tier = ''] = process.argv.slice(2)
if (tier !== 'saved' && tier !== 'off') throw new Error(`There is no tier “${tier}” to test.`)
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const { config } = await readSiteFile(siteDir)
const backends = openBackends(dataDir, await machinesFor(config.machine))
const embedded = await compose({ ...backends, idle: { keepPausedMs: 0, keepSavedMs: tier === 'saved' ? null : 0 } }, (batch) =>
  say({ batch }),
)
embedded.dispatcher.start()
await syncFolder(siteDir, embedded)
const app = siteApp(embedded, { dataDir, origin: config.url, deadlineMs: 10_000 })
const server = await startServer({ fetch: app.fetch, port: 0 })
say({ url: `http://localhost:${server.port}/` })
process.once('SIGTERM', async () => {
  await server.close()
  await embedded.close()
  process.exit(0)
})
