import { resolve } from 'node:path'
import type { BatchEvent } from '../dispatch/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { startServer } from '../gateway/server.ts'
import { createBatchReport } from './batch-report.ts'
import { openSite } from './open-site.ts'
import { dataDirOf } from './paths.ts'
import { createPatience } from './patience.ts'
import { siteApp } from './site-app.ts'
import { stopSignal } from './stop-signal.ts'
import { syncFolder } from './sync-folder.ts'
import { counted, type Terminal } from './terminal.ts'

export const DEADLINE_MS = 10_000
/** Published writes are kept this long for their idempotency keys and status pages. */
export const KEEP_WRITES_MS = 30 * 24 * 3600_000

const DAY_MS = 24 * 3_600_000

const STATES = {
  unchanged: 'Nothing changed since last time',
  synced: 'The folder is synced',
  refused: 'The folder’s changes are refused, and what was published before is served',
  waiting: 'The folder’s changes wait for the machine, and what was published before is served',
}

/** `drowse start`: serves a site and takes its writes until it is interrupted. Exit code 0 after a graceful stop. */
export async function runStart(
  terminal: Terminal,
  site: string,
  options: { port: number; host: string; data?: string; force?: true },
): Promise<number> {
  const siteDir = resolve(site)
  const dataDir = dataDirOf(siteDir, options.data)
  const stopped = stopSignal()
  const report = createBatchReport(terminal)
  const patience = createPatience()
  const notice = (batch: BatchEvent) => {
    report.batch(batch)
    patience.notice(batch)
  }
  const { config: settings, embedded, hooks } = await openSite(terminal, siteDir, dataDir, { onBatch: notice })
  let pruning: NodeJS.Timeout | undefined
  try {
    embedded.dispatcher.start()
    terminal.progress('Bringing the folder’s changes to the machine …')
    const { config, state, problems } = await syncFolder(siteDir, embedded, {
      giveUp: Promise.race([stopped, patience.over]),
      force: options.force === true,
    })
    // Not before the syncs among them are known to have gone well or not.
    const prune = () => embedded.journal.prune(new Date(Date.now() - KEEP_WRITES_MS).toISOString())
    prune()
    pruning = setInterval(prune, DAY_MS)
    terminal.problems(problems)
    if (embedded.publisher.published('index.html') === null) {
      throw state === 'waiting' ? await Promise.race([patience.over, stopped.then(interrupted)]) : unpublished(problems.length)
    }
    const visitors = settings.gateway
    const server = await startServer({
      fetch: siteApp(embedded, { dataDir, origin: config.url, settings, deadlineMs: DEADLINE_MS, hooks, visitors }).fetch,
      port: options.port,
      hostname: options.host,
    })
    const url = `http://${options.host === '127.0.0.1' ? 'localhost' : options.host}:${server.port}/`
    terminal.line(`${terminal.style('bold', config.title)} is at ${terminal.style('cyan', url)}`)
    terminal.line(terminal.style('dim', `${STATES[state]}; the machine sleeps until somebody writes. Ctrl-C stops.`))
    terminal.result({ url, port: server.port, dataDir, problems })
    report.begin()
    await stopped
    terminal.line('Stopping: what is under way is finished first.')
    await server.close()
    return 0
  } finally {
    clearInterval(pruning)
    await embedded.close()
  }
}

function interrupted(): DrowseError {
  return new DrowseError('machine-failed', 'Interrupted before the site was published for the first time.', {
    hint: 'Start again: what was done is kept.',
  })
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
