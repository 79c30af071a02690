import type { ObjectInfo } from '../protocol/types.ts'
import { catchUp, matchStore } from './catch-up.ts'
import { CLAIM_TIMES } from './claim.ts'
import { RETENTION } from './due.ts'
import { type Index, openIndex } from './index-file.ts'
import { storeKey } from './key.ts'
import { planRelease } from './plan.ts'
import { prune, publishChange } from './publish-change.ts'
import type { PublisherOptions, PublisherParts } from './publisher-parts.ts'
import { noPurge } from './purge/none.ts'
import { purgeQueue } from './purge/queue.ts'
import { keysOf, readRecord } from './release-record.ts'
import { rollbackChange } from './rollback.ts'
import type { ManifestEntry, Publisher, Release, Store } from './types.ts'
import { verifyStore } from './verify.ts'

/**
 * Opens the published state of one site. The index at `indexPath` is brought up to the store's release records first, from nothing if it is
 * lost or belongs to another store; then what they removed is removed again, in case a process died before it could.
 */
export async function openPublisher(
  store: Store,
  indexPath: string,
  options: Partial<PublisherOptions> = {},
): Promise<Publisher> {
  const index = openIndex(indexPath)
  const parts = partsOf(store, index, options)
  const { purges, now, retention } = parts
  try {
    await matchStore(store, index)
    await catchUp(store, index, now(), retention)
    await prune(parts)
    await purgeAgain(parts)
  } catch (error) {
    purges.close()
    index.close()
    throw error
  }
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
    plan: (change) => planRelease(index, change, parts.precompress),
    publish: (change) => inTurn(() => publishChange(parts, change)),
    read: async (key) => (index.get(key) === null ? null : await store.get(storeKey(key))),
    releases: (limit) => newestReleases(store, index.state().number, limit),
    rollback: (to, asked = {}) =>
      inTurn(async () => publishChange(parts, { ...(await rollbackChange(store, index, to)), ...asked, restores: to })),
    verify: (asked = {}) => inTurn(() => verifyStore(store, index, asked)),
    purged: purges.settled,
    close() {
      purges.close()
      index.close()
    },
  }
}

function partsOf(store: Store, index: Index, options: Partial<PublisherOptions>): PublisherParts {
  const { purge = noPurge(), onPurgeFailure = () => undefined } = options
  return {
    now: Date.now,
    claimTimes: CLAIM_TIMES,
    precompress: [],
    retention: RETENTION,
    ...options,
    purge,
    onPurgeFailure,
    store,
    index,
    purges: purgeQueue({ purge, onFailure: onPurgeFailure, onPurged: index.setPurged }),
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
