import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import { followStore } from './catch-up.ts'
import { CLAIM_TIMES } from './claim.ts'
import { betweenReleases, refresh } from './claimed.ts'
import { RETENTION } from './due.ts'
import { type Index, openIndex } from './index-file.ts'
import { storeKey } from './key.ts'
import { planRelease } from './plan.ts'
import { prune } from './prune.ts'
import { publishChange } from './publish-change.ts'
import type { PublisherOptions, PublisherParts } from './publisher-parts.ts'
import { noPurge } from './purge/none.ts'
import { type PurgeQueue, purgeQueue } from './purge/queue.ts'
import { keysOf, readRecord } from './release-record.ts'
import { rollbackChange } from './rollback.ts'
import type { ManifestEntry, Publisher, Release, Store, Verification, VerifyOptions } from './types.ts'
import { verifyStore } from './verify.ts'

/**
 * Opens the published state of one site. The index at `indexPath` is brought up to the store's release records first, from nothing if it is
 * lost or belongs to another store; then what they removed is removed again, in case a process died before it could. With `onStoreDown`, a store that can't be
 * reached now is no failure: `published` and `current` tell what the index knows, and all else tries the store again.
 */
export async function openPublisher(
  store: Store | (() => Promise<Store>),
  indexPath: string,
  options: Partial<PublisherOptions> = {},
): Promise<Publisher> {
  const index = openIndex(indexPath)
  const purges = purgesOf(index, options)
  const connected = untilDone(async () => {
    const parts = partsOf(typeof store === 'function' ? await store() : store, index, purges, options)
    await followStore(parts.store, index, parts.now(), parts.retention)
    parts.seen.at = parts.now()
    await prune(parts, true)
    await purgeAgain(parts)
    return parts
  })
  const close = () => {
    purges.close()
    index.close()
  }
  try {
    await connected()
  } catch (cause) {
    const error = asDrowseError(cause)
    if (options.onStoreDown === undefined || error.details.isDown !== true) {
      close()
      throw error
    }
    options.onStoreDown(error)
  }
  const { precompress = [] } = options
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other: a release's number is decided by the one before it. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  return {
    get current() {
      const { number, source } = index.state()
      return { number, source }
    },
    published(key) {
      const entry = index.get(key)
      return entry === null ? null : infoOf(entry)
    },
    plan: (change) => planRelease(index, change, precompress),
    publish: (change) =>
      inTurn(async () => {
        const parts = await connected()
        await refresh(parts)
        return await publishChange(parts, change)
      }),
    async read(key) {
      const entry = index.get(key)
      return entry === null ? null : await (await connected()).store.get(storeKey(key))
    },
    releases: async (limit) => newestReleases((await connected()).store, index.state().number, limit),
    rollback: (to, asked = {}) =>
      inTurn(async () => {
        const parts = await connected()
        await refresh(parts)
        return await publishChange(parts, { ...(await rollbackChange(parts.store, index, to)), ...asked, restores: to })
      }),
    verify: (asked = {}) => inTurn(async () => verified(await connected(), asked)),
    purged: purges.settled,
    close,
  }
}

/** Does something once; again only after it has failed. */
function untilDone<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | null = null
  return () => {
    done ??= work().catch((error: unknown) => {
      done = null
      throw error
    })
    return done
  }
}

/** What is mended is not mended while somebody else publishes over it. */
async function verified(parts: PublisherParts, options: VerifyOptions): Promise<Verification> {
  const { store, index } = parts
  if (options.repair !== true) return await verifyStore(store, index, options, null)
  const result = await betweenReleases(parts, true, (claim) => verifyStore(store, index, options, claim))
  if (result !== null) return result
  throw new DrowseError('store-failed', 'Somebody else is publishing just now.', { hint: 'Repair again when that is over.' })
}

function purgesOf(index: Index, { purge = noPurge(), onPurgeFailure = () => undefined }: Partial<PublisherOptions>): PurgeQueue {
  return purgeQueue({ purge, onFailure: onPurgeFailure, onPurged: index.setPurged })
}

function partsOf(store: Store, index: Index, purges: PurgeQueue, options: Partial<PublisherOptions>): PublisherParts {
  return {
    now: Date.now,
    claimTimes: CLAIM_TIMES,
    precompress: [],
    retention: RETENTION,
    purge: noPurge(),
    onPurgeFailure: () => undefined,
    onStoreDown: () => undefined,
    ...options,
    store,
    index,
    purges,
    seen: { at: 0 },
  }
}

/** Takes up the purges that a process before this one did not come to. */
async function purgeAgain({ store, index, purges }: PublisherParts): Promise<void> {
  const { number } = index.state()
  for (let missed = (index.purged() ?? number) + 1; missed <= number; missed++) {
    const there = await readRecord(store, missed)
    if (there !== null) purges.add(missed, keysOf(there.release))
  }
}

async function newestReleases(store: Store, newest: number, limit: number): Promise<readonly Release[]> {
  const numbers = Array.from({ length: Math.min(limit, newest) }, (_, n) => newest - n)
  const records = await Promise.all(numbers.map((number) => readRecord(store, number)))
  return records.flatMap((record) => record?.release ?? [])
}

function infoOf({ key, hash, sizeBytes, contentType, cache, redirect }: ManifestEntry): ObjectInfo {
  return { key, hash, sizeBytes, contentType, cache, ...(redirect === undefined ? {} : { redirect }) }
}
