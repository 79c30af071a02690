import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { hostOf } from '../build/extension-host.ts'
import type { RenderParts } from '../build/page-renderer.ts'
import { EMPTY_PLAN, mergePlans, type Plan } from '../build/plan.ts'
import { Site } from '../build/site.ts'
import { PluggedTexts } from '../content/plugged-texts.ts'
import { sourceReader } from '../content/read-entry.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { readFolder } from '../features/site/read-folder.ts'
import { themeBundle } from '../features/site/theme-files.ts'
import type { Feature, WriteHandler } from '../features/types.ts'
import { blobStore, bodyCache } from '../model/content-cache.ts'
import { Database } from '../model/database.ts'
import { nextDue } from '../model/showing.ts'
import type { Change } from '../model/types.ts'
import type { Handler, Send } from '../protocol/serve.ts'
import {
  type Effect,
  type FromGuest,
  PROTOCOL_VERSION,
  type Problem,
  type Receipt,
  type ToGuest,
  type Write,
} from '../protocol/types.ts'
import { type LoadedTheme, loadTheme, withShortcodes } from '../render/theme/load.ts'
import { applyWrite } from './apply.ts'
import { deliver } from './deliver.ts'
import { Extensions } from './extensions.ts'
import { Ledger } from './ledger.ts'
import { machineFault } from './machine-fault.ts'
import { passTime } from './pass-time.ts'

export interface GuestOptions {
  /** The machine's data folder: the only place the guest writes to. */
  readonly dataDir: string
  readonly features: readonly Feature[]
  readonly writes: readonly WriteHandler[]
  readonly engine: string
  /** The site's database where it is open already; else `site.db` in the data folder is opened. */
  readonly database?: Database
}

type Apply = Extract<ToGuest, { type: 'apply' }>
type Applied = Extract<FromGuest, { type: 'applied' }>

interface AppliedBatch {
  readonly receipts: readonly Receipt[]
  readonly plan: Plan
  readonly effects: readonly Effect[]
  readonly problems: readonly Problem[]
}

/**
 * The program inside the machine: a function from its data and a batch of writes to new data, changed objects and receipts. A batch is one transaction, in which
 * the receipts, the pages' hashes and the list of what is unpublished change with the data; so a batch that comes again changes nothing and is answered alike.
 */
export function createGuest({
  dataDir,
  features,
  writes,
  engine,
  database = new Database(join(dataDir, 'site.db'), { durable: true }),
}: GuestOptions): Handler {
  const site = new Site(database, features, engine)
  const ledger = new Ledger(database)
  const bodies = bodyCache(database)
  const texts = new PluggedTexts(bodies)
  const read = sourceReader(bodies, texts)
  const blobs = blobStore(database)
  const handlers = new Map(writes.map((handler) => [handler.kind, handler]))
  const timed = features.flatMap((feature) => feature.timed ?? [])
  const types = features.flatMap((feature) => feature.entryTypes ?? [])
  // What a wake asks for. It is part of every wake's time and this program alone changes it, so it isn't read from the database each time.
  let epoch = ledger.counter('epoch')
  let generation = ledger.counter('outbox')
  /** The gateway's clock when it last woke the machine. */
  let wokenAtMs = 0
  const themes = themeLoader((hash) => blobs.get(hash), join(dataDir, 'theme'))
  /** The bytes that came with the batch under way. */
  let arrived: ReadonlyMap<string, Uint8Array> = new Map()
  const extensions = new Extensions({
    site,
    texts,
    host: hostOf(features),
    dir: join(dataDir, 'theme'),
    blob: (hash) => arrived.get(hash) ?? blobs.get(hash),
  })

  /** Another engine may read the same files to other entries. */
  function readAgain(change: Change): void {
    const bytesOf = ({ hash }: { readonly hash: string }) => blobs.get(hash)
    bodies.clear()
    readFolder(change, { changed: [], removed: [] }, { types, read, bytesOf, everything: true })
  }

  /** Works the site out again if the engine is new. What keeps it from being so, such as two pages at one path, is the owner's to mend: until then all stays. */
  async function meetNewEngine(): Promise<{ readonly plan: Plan; readonly problems: readonly Problem[] }> {
    if (!site.hasNewEngine) return { plan: EMPTY_PLAN, problems: [] }
    try {
      return { plan: (await extensions.change(readAgain)).plan, problems: [] }
    } catch (error) {
      if (!(error instanceof DrowseError) || error.status >= 500) throw error
      return { plan: EMPTY_PLAN, problems: [unmetEngine(error)] }
    }
  }

  async function applyAll(writes: readonly Write[], sent: ReadonlyMap<string, Uint8Array>): Promise<AppliedBatch> {
    const met = await meetNewEngine()
    if (met.problems.length === 0) return applyEach(writes, sent, met.plan)
    const applied = await site.putOffNewEngine(() => applyEach(writes, sent, EMPTY_PLAN))
    // One of the writes may have mended it.
    const again = writes.length === 0 ? met : await meetNewEngine()
    return { ...applied, plan: mergePlans(applied.plan, again.plan), problems: [...applied.problems, ...again.problems] }
  }

  async function applyEach(writes: readonly Write[], sent: ReadonlyMap<string, Uint8Array>, before: Plan): Promise<AppliedBatch> {
    const receipts: Receipt[] = []
    const effects: Effect[] = []
    await extensions.refresh()
    const times = [wokenAtMs, ...writes.map(({ acceptedAt }) => Date.parse(acceptedAt))]
    const now = new Date(Math.max(...times)).toISOString()
    const passed = passTime(site, now)
    let plan = mergePlans(before, passed.plan)
    for (const each of timed) {
      const due = each.due(site.read)
      if (due === null || due > now) continue
      const effect = (one: Effect) => effects.push(one)
      plan = mergePlans(plan, site.change((change) => each.pass({ change, now, effect })).plan)
    }
    for (const write of writes) {
      const known = ledger.receipt(write.id)
      if (known) {
        receipts.push(known)
        continue
      }
      const applied = await applyWrite(write, { extensions, handlers, types, read, blobs, sent })
      ledger.keepReceipt(applied.receipt)
      receipts.push(applied.receipt)
      effects.push(...applied.effects)
      if (applied.plan) plan = mergePlans(plan, applied.plan)
    }
    // A write that was rejected may have been about another one.
    await extensions.refresh()
    if (passed.problems.length === 0) return { receipts, plan, effects, problems: [] }
    // One of the writes may have made way for what waits.
    const again = passTime(site, now)
    return { receipts, plan: mergePlans(plan, again.plan), effects, problems: again.problems }
  }

  async function apply(
    request: Apply,
    sent: ReadonlyMap<string, Uint8Array>,
    send: Send,
  ): Promise<Omit<Applied, 'times'> & { applyNs: bigint; renderNs: bigint; workedAt: bigint }> {
    const startedAt = process.hrtime.bigint()
    arrived = sent
    const known = site.extensionProblems
    const { receipts, plan, effects, problems: unmet } = await applyAll(request.writes, sent)
    const news = isDeepStrictEqual(site.extensionProblems, known) ? [] : site.extensionProblems
    const appliedAt = process.hrtime.bigint()
    const theme = withShortcodes(await themes(themeBundle(site.read)), extensions.inUse.shortcodes)
    const parts: RenderParts = { theme, bodies, blob: (hash) => blobs.get(hash) }
    const { removed, changed, rendered, problems } = await deliver(plan, ledger.unpublished(), { site, parts, send })
    const outbox = ledger.enqueue(changed, effects)
    const workedAt = process.hrtime.bigint()
    return {
      type: 'applied',
      batch: request.batch,
      receipts,
      removed,
      effects: ledger.effects(),
      nextWakeAt: earliest([nextDue(site.read), ...timed.map((each) => each.due(site.read))]),
      outbox,
      rendered,
      problems: [...unmet, ...extensions.problems, ...news, ...problems],
      applyNs: appliedAt - startedAt,
      renderNs: workedAt - appliedAt,
      workedAt,
    }
  }

  return async (request, sent, send) => {
    switch (request.type) {
      case 'wake':
        refuseOlder(request.epoch, epoch)
        if (request.epoch > epoch) ledger.setCounter('epoch', request.epoch)
        epoch = request.epoch
        wokenAtMs = request.now
        return send({ type: 'awake', version: PROTOCOL_VERSION, nonce: request.nonce, generation })
      case 'acknowledge':
        ledger.published(request.outbox)
        return send({ type: 'acknowledged' })
      case 'apply': {
        const { applyNs, renderNs, workedAt, ...applied } = await database
          .transaction(() => apply(request, sent, send))
          .catch((error: unknown) => {
            throw machineFault(error)
          })
        generation = applied.outbox
        const commitNs = process.hrtime.bigint() - workedAt
        return send({ ...applied, times: { applyNs: Number(applyNs), renderNs: Number(renderNs), commitNs: Number(commitNs) } })
      }
    }
  }
}

function earliest(times: readonly (string | null)[]): string | null {
  return times.filter((time) => time !== null).toSorted()[0] ?? null
}

function unmetEngine({ code, message, hint }: DrowseError): Problem {
  return {
    where: 'site',
    rule: `engine/${code}`,
    message: `This version of Drowse can’t take over the site yet, so its pages stay as they were: ${message}`,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  }
}

/** One writer per site: a gateway whose epoch is lower than one that was here before has lost its lease. */
function refuseOlder(epoch: number, known: number): void {
  if (epoch >= known) return
  throw new DrowseError('guest-refused', `Another gateway has taken over this site (epoch ${known}; this one has ${epoch}).`, {
    hint: 'Stop this gateway, or start it again to take the site back.',
  })
}

/** Loads the theme a site uses, once for each version. A site that was never synced has none, and its pages say so. */
function themeLoader(blob: (hash: string) => Uint8Array, dir: string): (bundle: string | null) => Promise<LoadedTheme> {
  let loaded: { readonly bundle: string; readonly theme: LoadedTheme } | null = null
  return async (bundle) => {
    if (bundle === null) return NO_THEME
    if (loaded?.bundle !== bundle) {
      const source = new TextDecoder().decode(blob(bundle))
      loaded = { bundle, theme: await loadTheme(source, dir).catch((error: unknown) => unusable(themesFault(error))) }
    }
    return loaded.theme
  }
}

/** The error again, unless it is the machine's: then the batch has to wait for a machine that is well. */
function themesFault(error: unknown): unknown {
  const known = machineFault(error)
  if (known !== error) throw known
  return error
}

/** Every page keeps its last version and says why: a fault in the owner's theme must not hold up what visitors write. */
function unusable(error: unknown): LoadedTheme {
  return {
    shortcodes: [],
    shortcode() {
      throw error
    },
    render() {
      throw error
    },
  }
}

const NO_THEME = unusable(
  new DrowseError('theme-invalid', 'This site has no theme yet.', { hint: 'Sync its folder first: `drowse start` does.' }),
)
