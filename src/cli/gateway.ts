import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createMemoryBudget } from '../dispatch/memory-budget.ts'
import { systemClock } from '../dispatch/system-clock.ts'
import type { BatchEvent, WakeBudget } from '../dispatch/types.ts'
import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import { startServer } from '../gateway/server.ts'
import { batchLines } from './batch-lines.ts'
import { jsonOf } from './batch-report.ts'
import type { Embedded } from './embedded.ts'
import { openSite } from './open-site.ts'
import { dataDirOf } from './paths.ts'
import { siteApp } from './site-app.ts'
import { createSiteHouse, type HouseSite } from './site-house.ts'
import { DEADLINE_MS, KEEP_WRITES_MS } from './start.ts'
import { stopSignal } from './stop-signal.ts'
import { syncFolder } from './sync-folder.ts'
import { recallSyncs } from './sync-memory.ts'
import { counted, type Terminal } from './terminal.ts'

const KEEP_OPEN_MS = 10_000
/** How long the other sites wait for one whose machine does not take its folder. It goes on trying meanwhile. */
const LOOK_MS = 60_000

/** A name that a host may have, and a folder. */
const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

interface OpenSite extends HouseSite {
  readonly siteDir: string
  readonly embedded: Embedded
  fetch(request: Request, connection: object): Response | Promise<Response>
}

/**
 * `drowse gateway`: serves every site of a folder and takes its writes until it is interrupted. The site of `https://example.org` is the folder `example.org`, with its data as
 * `drowse start` keeps it. Exit code 0 after a graceful stop.
 */
export async function runGateway(
  terminal: Terminal,
  folder: string,
  options: { port: number; host: string; pausedMemory?: number },
): Promise<number> {
  const root = resolve(folder)
  const stopped = stopSignal()
  const hosts = hostsIn(root)
  const limitMb = options.pausedMemory ?? Number.POSITIVE_INFINITY
  const budget = createMemoryBudget(limitMb * 1_000_000)
  const tell = (host: string, error: DrowseError) =>
    terminal.error(new DrowseError(error.code, `${host}: ${error.message}`, { cause: error, ...hintOf(error) }))
  /** Sites whose folder was looked at since the start. */
  const seen = new Set<string>()
  /** Ends the wait for a look’s outcome. One promise of theirs for each look: what waits for the stop itself would be kept until then. */
  const giveUps = new Set<() => void>()
  /** Of sites that were written to: one that is closed and opened again gives its visitors nothing anew. */
  const wakesOf = new Map<string, WakeBudget>()

  async function open(host: string): Promise<OpenSite> {
    const siteDir = join(root, host)
    const dataDir = dataDirOf(siteDir, undefined)
    let hasRun = false
    const onBatch = (event: BatchEvent) => {
      hasRun = true
      tellBatch(terminal, host, event)
    }
    const { config, wakes, embedded, hooks } = await openSite(terminal, siteDir, dataDir, {
      onBatch,
      budget,
      wakes: wakesOf.get(host),
    })
    embedded.dispatcher.start()
    // First what came of the syncs among them is noted.
    recallSyncs(embedded.journal)
    embedded.journal.prune(new Date(Date.now() - KEEP_WRITES_MS).toISOString())
    const visitors = config.gateway
    const app = siteApp(embedded, { dataDir, origin: config.url, settings: config, deadlineMs: DEADLINE_MS, hooks, visitors })
    return {
      siteDir,
      embedded,
      fetch: (request, connection) => app.fetch(request, connection),
      quietUntil: () => embedded.quietUntil(),
      async close() {
        if (hasRun) wakesOf.set(host, wakes)
        await embedded.close()
      },
    }
  }

  const house = createSiteHouse({ open, clock: systemClock(), keepOpenMs: KEEP_OPEN_MS, onFault: tell })

  /** Brings what changed in a site's folder to its machine, and learns when the site wants to be woken. Once for each site; never rejects. */
  async function look(host: string): Promise<void> {
    if (seen.has(host)) return
    seen.add(host)
    const { promise: giveUp, resolve } = Promise.withResolvers<void>()
    const patience = setTimeout(resolve, LOOK_MS)
    giveUps.add(resolve)
    try {
      const { problems } = await house.visit(host, ({ siteDir, embedded }) => syncFolder(siteDir, embedded, { giveUp }))
      terminal.problems(problems.map((problem) => ({ ...problem, where: `${host}/${problem.where}` })))
    } catch (cause) {
      tell(host, asDrowseError(cause))
    } finally {
      clearTimeout(patience)
      giveUps.delete(resolve)
    }
  }

  async function answer(request: Request, connection: object): Promise<Response> {
    const host = new URL(request.url).hostname
    if (!HOST.test(host) || !existsSync(join(root, host, 'site.yaml')))
      return refusal(new DrowseError('host-unknown', 'There is no such site here.'))
    try {
      const response = await house.use(host, async (site) => await site.fetch(request, connection))
      void look(host)
      return response
    } catch (cause) {
      const error = asDrowseError(cause)
      tell(host, error)
      return refusal(new DrowseError(error.code, 'This site can’t be opened just now.'))
    }
  }

  const server = await startServer({ fetch: answer, port: options.port, hostname: options.host })
  terminal.line(
    `${counted(hosts.length, 'site')} at port ${server.port}, by host name. They sleep until somebody writes. Ctrl-C stops.`,
  )
  terminal.result({ url: `http://localhost:${server.port}/`, port: server.port, sites: hosts.length })
  let isStopping = false
  void stopped.then(() => {
    isStopping = true
    for (const giveUp of giveUps) giveUp()
  })
  // One after the other: many at once would wake many machines at once.
  for (const host of hosts) if (!isStopping) await look(host)
  terminal.result({ looked: seen.size })
  await stopped
  terminal.line('Stopping: what is under way is finished first.')
  await server.close()
  await house.close()
  return 0
}

/** The sites of a folder. Throws `site-missing` where there is none. */
function hostsIn(root: string): readonly string[] {
  const names = existsSync(root) ? readdirSync(root) : []
  const hosts = names.filter((name) => HOST.test(name) && existsSync(join(root, name, 'site.yaml'))).sort()
  if (hosts.length > 0) return hosts
  throw new DrowseError('site-missing', `There is no site in ${root}.`, {
    hint: 'Name a folder of site folders, each called as its host, such as `example.org`.',
  })
}

function tellBatch(terminal: Terminal, host: string, event: BatchEvent): void {
  for (const line of batchLines(event, terminal.style, null)) terminal.line(`${terminal.style('dim', host)} ${line}`)
  terminal.result({ batch: { ...jsonOf(event), site: host } })
}

function hintOf({ hint }: DrowseError): { readonly hint?: string } {
  return hint === undefined ? {} : { hint }
}

/** For a program or a person without a page to land on. */
function refusal({ status, code, message }: DrowseError): Response {
  return new Response(`${message} (${code})\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}
