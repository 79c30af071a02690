import { once } from 'node:events'
import { resolve } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import { startServer } from '../gateway/server.ts'
import { createBatchReport } from './batch-report.ts'
import { compose, openBackends } from './embedded.ts'
import { dataDirOf } from './paths.ts'
import { siteApp } from './site-app.ts'
import { syncFolder } from './sync-folder.ts'
import { counted, type Terminal } from './terminal.ts'

const DEADLINE_MS = 10_000
/** Published writes are kept this long for their idempotency keys and status pages. */
const KEEP_WRITES_MS = 30 * 24 * 3600_000

/** `drowse start`: serves a site and takes its writes until it is interrupted. Exit code 0 after a graceful stop. */
export async function runStart(
  terminal: Terminal,
  site: string,
  options: { port: number; host: string; data?: string },
): Promise<number> {
  const siteDir = resolve(site)
  const dataDir = dataDirOf(siteDir, options.data)
  const stopped = stopSignal()
  const report = createBatchReport(terminal)
  const embedded = await compose(openBackends(dataDir), report.batch)
  try {
    embedded.journal.prune(new Date(Date.now() - KEEP_WRITES_MS).toISOString())
    embedded.dispatcher.start()
    terminal.progress('Bringing the folder’s changes to the machine …')
    const { config, receipt, problems } = await syncFolder(siteDir, embedded)
    terminal.problems(problems)
    if (embedded.publisher.published('index.html') === null) throw unpublished(problems.length)
    const server = await startServer({
      fetch: siteApp(embedded, { dataDir, origin: config.url, deadlineMs: DEADLINE_MS }).fetch,
      port: options.port,
      hostname: options.host,
    })
    const url = `http://${options.host === '127.0.0.1' ? 'localhost' : options.host}:${server.port}/`
    terminal.line(`${terminal.style('bold', config.title)} is at ${terminal.style('cyan', url)}`)
    terminal.line(
      terminal.style(
        'dim',
        `${receipt === null ? 'Nothing changed since last time' : 'The folder is synced'}; the machine sleeps until somebody writes. Ctrl-C stops.`,
      ),
    )
    terminal.result({ url, port: server.port, dataDir, problems })
    report.begin()
    await stopped
    terminal.line('Stopping: what is under way is finished first.')
    await server.close()
    return 0
  } finally {
    await embedded.close()
  }
}

/** Resolves at the first Ctrl-C or SIGTERM. */
async function stopSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

function unpublished(problems: number): DrowseError {
  return new DrowseError(
    'content-invalid',
    `The site was never published, and ${counted(problems, 'problem')} in its folder keep it from being so.`,
    {
      hint: 'Mend what is listed above and start again.',
    },
  )
}
