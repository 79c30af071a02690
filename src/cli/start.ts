import { join, resolve } from 'node:path'
import { readSiteFile } from '../build/scan-folder.ts'
import type { SiteConfig } from '../config/types.ts'
import type { BatchEvent, Performer } from '../dispatch/types.ts'
import type { StripeOptions } from '../effects/stripe.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { startServer } from '../gateway/server.ts'
import type { Hook } from '../gateway/types.ts'
import { createBatchReport } from './batch-report.ts'
import { compose, openBackends, type PublishTo } from './embedded.ts'
import { machinesFor } from './machine.ts'
import { dataDirOf } from './paths.ts'
import { createPatience } from './patience.ts'
import { openStore, publisherOptions, tellCapabilities } from './publishing.ts'
import { siteApp } from './site-app.ts'
import { syncFolder } from './sync-folder.ts'
import { counted, type Terminal } from './terminal.ts'
import { wakeBudget } from './wake-budget.ts'

const DEADLINE_MS = 10_000
/** Published writes are kept this long for their idempotency keys and status pages. */
const KEEP_WRITES_MS = 30 * 24 * 3600_000

const SAME_WISH_MS = 1_000
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
  const { config: settings } = await readSiteFile(siteDir)
  const { performers, hooks } = await outsideParts(terminal, settings)
  const machines = await machinesFor(settings.machine)
  const { keepPausedFor, keepSavedFor, prices } = settings.machine
  const backends = {
    ...openBackends(dataDir, machines, await publishTo(terminal, settings, siteDir, dataDir)),
    idle: { keepPausedMs: keepPausedFor, keepSavedMs: keepSavedFor },
    prices,
    wakes: wakeBudget(settings.gateway),
  }
  const notice = (batch: BatchEvent) => {
    report.batch(batch)
    patience.notice(batch)
  }
  const embedded = await compose({ ...backends, performers }, notice, (error) => terminal.error(error))
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
    const server = await startServer({
      fetch: siteApp(embedded, { dataDir, origin: config.url, deadlineMs: DEADLINE_MS, hooks, visitors: settings.gateway }).fetch,
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

/** Who does outside what the machine asks for, as far as the environment names servers and keys; what is not used is not loaded. The rest waits in the journal. */
async function outsideParts(
  terminal: Terminal,
  { mail, shop }: SiteConfig,
): Promise<{ readonly performers: readonly Performer[]; readonly hooks: readonly Hook[] }> {
  const {
    DROWSE_SMTP_URL: smtpUrl = '',
    DROWSE_STRIPE_KEY: secretKey = '',
    DROWSE_STRIPE_WEBHOOK_SECRET: webhookSecret = '',
    DROWSE_STRIPE_API: api = '',
  } = process.env
  const mails = smtpUrl === '' ? [] : [(await import('../effects/mail.ts')).mailPerformer({ smtpUrl })]
  if (mail !== null && smtpUrl === '')
    terminal.line('Mails wait until this is started with DROWSE_SMTP_URL, such as smtps://user:password@mail.example.org.')
  if (!shop.payment.includes('stripe')) return { performers: mails, hooks: [] }
  if (secretKey === '' || webhookSecret === '') {
    throw new DrowseError('config-invalid', 'The shop takes payments by Stripe, and its keys are not known.', {
      hint: 'Start with DROWSE_STRIPE_KEY and DROWSE_STRIPE_WEBHOOK_SECRET, or take `stripe` out of `shop.payment`.',
    })
  }
  const { performers, hook } = (await import('../effects/stripe.ts')).stripeParts({
    secretKey,
    webhookSecret,
    now: Date.now,
    ...stripeApi(api),
  })
  return { performers: [...mails, ...performers], hooks: [hook] }
}

/** Something in Stripe's place to try a shop out with, such as `http://localhost:12111`. Throws `config-invalid`. */
function stripeApi(address: string): Pick<StripeOptions, 'api'> {
  if (address === '') return {}
  const { protocol, hostname, port } = URL.parse(address) ?? {}
  if (hostname === undefined || (protocol !== 'http:' && protocol !== 'https:')) {
    throw new DrowseError('config-invalid', `DROWSE_STRIPE_API is ${address}, which is no address.`, {
      hint: 'Leave it out: Stripe’s own is used then.',
    })
  }
  const isPlain = protocol === 'http:'
  return { api: { host: hostname, port: Number(port || (isPlain ? 80 : 443)), protocol: isPlain ? 'http' : 'https' } }
}

/** What the site's own settings say; a site without any is published to its data folder. */
async function publishTo(terminal: Terminal, config: SiteConfig, siteDir: string, dataDir: string): Promise<PublishTo> {
  const options = {
    ...(await publisherOptions(config, terminal)),
    // What is written meanwhile is kept in the journal.
    onStoreDown: (error: DrowseError) => terminal.error(error),
  }
  const { store } = config.publish
  if (store === null) return { options }
  return {
    options,
    async store() {
      const opened = await openStore(store, siteDir, join(dataDir, 'store'))
      tellCapabilities(terminal, opened)
      return opened
    },
  }
}

/**
 * Resolves at the first Ctrl-C or SIGTERM. A terminal signals the launcher and this process, and the launcher signals it again, so what comes right after is the same
 * wish; one that comes later ends the process at once.
 */
function stopSignal(): Promise<void> {
  const first = Promise.withResolvers<void>()
  let firstAt: number | null = null
  const heard = () => {
    if (firstAt !== null && performance.now() - firstAt > SAME_WISH_MS) process.exit(130)
    firstAt ??= performance.now()
    first.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, heard)
  return first.promise
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
