import { join } from 'node:path'
import { readSiteFile } from '../build/scan-folder.ts'
import type { SiteConfig } from '../config/types.ts'
import type { MemoryBudget } from '../dispatch/memory-budget.ts'
import type { BatchEvent, Performer, WakeBudget } from '../dispatch/types.ts'
import type { StripeOptions } from '../effects/stripe.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Hook } from '../gateway/types.ts'
import { compose, type Embedded, openBackends, type PublishTo } from './embedded.ts'
import { machinesFor } from './machine.ts'
import { openStore, publisherOptions, tellCapabilities } from './publishing.ts'
import type { Terminal } from './terminal.ts'
import { wakeBudget } from './wake-budget.ts'

/** A site whose settings were read and whose data folder is open. Nothing of it is under way yet. */
export interface OpenedSite {
  readonly config: SiteConfig
  /** Of its visitors. */
  readonly wakes: WakeBudget
  readonly embedded: Embedded
  readonly hooks: readonly Hook[]
}

interface Options {
  readonly onBatch: (event: BatchEvent) => void
  readonly budget?: MemoryBudget
  /** What is left of its visitors’ wakes, where that was kept from an earlier time; else it is full. */
  readonly wakes?: WakeBudget | undefined
}

/** Opens a site with the machine and the store that its site.yaml asks for. */
export async function openSite(
  terminal: Terminal,
  siteDir: string,
  dataDir: string,
  { onBatch, budget, wakes }: Options,
): Promise<OpenedSite> {
  const { config } = await readSiteFile(siteDir)
  const { performers, hooks } = await outsideParts(terminal, config)
  const machines = await machinesFor(config.machine)
  const { keepPausedFor, keepSavedFor, prices } = config.machine
  const backends = {
    ...openBackends(dataDir, machines, await publishTo(terminal, config, siteDir, dataDir)),
    idle: { keepPausedMs: keepPausedFor, keepSavedMs: keepSavedFor },
    prices,
    wakes: wakes ?? wakeBudget(config.gateway),
    performers,
    ...(budget === undefined ? {} : { budget }),
  }
  return { config, hooks, wakes: backends.wakes, embedded: await compose(backends, onBatch, (error) => terminal.error(error)) }
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
