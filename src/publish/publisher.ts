import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import { CLAIM_TIMES, type Claim, type ClaimTimes, claimRelease } from './claim.ts'
import { type Index, openIndex } from './index-file.ts'
import { checkKey, storeKey } from './key.ts'
import { inOrder } from './order.ts'
import { noPurge } from './purge/none.ts'
import { type PurgeQueue, purgeQueue } from './purge/queue.ts'
import type { Purge } from './purge/types.ts'
import { encodeRecord, readRecord, recordKey } from './release-record.ts'
import type { PublishedObject, Publisher, Release, ReleaseChange, Store } from './types.ts'

const PARALLEL_PUTS = 16
const PARALLEL_CHECKS = 16
const GUARDED_FROM = 20
const GUARDED_SHARE = 1 / 5
/** Assets stay so long after the last page that named them: a reader may still have that page. */
const ASSET_GRACE_MS = 24 * 3600_000

export interface PublisherOptions {
  /** What makes caches forget. Told in the background, so that nobody waits for it, and again until it has worked. */
  readonly purge?: Purge
  /** Told of each try that failed. */
  readonly onPurgeFailure?: (error: DrowseError) => void
  readonly claimTimes?: ClaimTimes
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

interface Parts {
  readonly store: Store
  readonly index: Index
  readonly purges: PurgeQueue
  readonly claimTimes: ClaimTimes
  readonly now: () => number
}

/**
 * Opens the published state of one site. The index at `indexPath` is brought up to the store's release records first, from nothing if it is
 * lost or belongs to another store; then what they removed is removed again, in case a process died before it could.
 */
export async function openPublisher(store: Store, indexPath: string, options: PublisherOptions = {}): Promise<Publisher> {
  const { purge = noPurge(), onPurgeFailure = () => undefined, claimTimes = CLAIM_TIMES, now = Date.now } = options
  const index = openIndex(indexPath)
  const purges = purgeQueue({ purge, onFailure: onPurgeFailure, onPurged: (number) => index.setPurged(number) })
  try {
    await matchStore(store, index)
    await removeNow(store, index, [...(await catchUp(store, index, now()))])
    await purgeAgain(store, index, purges)
  } catch (error) {
    purges.close()
    index.close()
    throw error
  }
  const parts = { store, index, purges, claimTimes, now }
  let last: Promise<unknown> = Promise.resolve()

  return {
    published: index.get,
    publish(change) {
      // One after the other: the release record's number is decided by the one before it.
      const turn = last.then(() => publish(parts, change))
      last = turn.catch(() => undefined)
      return turn
    },
    read: async (key) => (index.get(key) === null ? null : await store.get(storeKey(key))),
    purged: purges.settled,
    close() {
      purges.close()
      index.close()
    },
  }
}

async function publish(parts: Parts, change: ReleaseChange): Promise<Release | null> {
  const { store, index, purges, now } = parts
  check(index, change)
  const objects = newestOf(change.objects)
  const doubtful = objects.filter(({ info }) => isSame(index.get(info.key), info) && !index.isCertain(info.key))
  const changed = [...objects.filter(({ info }) => !isSame(index.get(info.key), info)), ...(await notHeld(store, doubtful))]
  const kept = new Set(objects.map(keyOf))
  const gone = change.removed.filter((key) => !kept.has(key))
  const removed = gone.filter((key) => index.get(key) !== null)
  if (change.guardRemovals === true) guardRemovals(index, removed)

  leaveAssets(index, removed, now())
  const isNew = changed.length > 0 || removed.length > 0
  const release = isNew ? await putRelease(parts, change, changed, removed) : null
  index.settle(change.outbox, doubtful.map(keyOf))
  if (release !== null) purges.add(release.number, keysOf(release))
  // Also those that the index no longer has: a process may have died between a release's record and its removals.
  await removeNow(store, index, gone)
  await prune(store, index, now() - ASSET_GRACE_MS)
  return release
}

/** Notes which of the keys are assets. */
function leaveAssets(index: Index, removed: readonly string[], now: number): void {
  index.leave(
    removed.filter((key) => index.get(key)?.cache === 'immutable'),
    now,
  )
}

async function removeNow(store: Store, index: Index, gone: readonly string[]): Promise<void> {
  const keys = gone.filter((key) => !index.isLeft(key))
  if (keys.length > 0) await store.remove(keys.map(storeKey))
}

/** Removes the assets that were left before that time, but for those that are in use again. */
async function prune(store: Store, index: Index, time: number): Promise<void> {
  const due = index.leftBefore(time)
  const keys = due.filter((key) => index.get(key) === null)
  if (keys.length > 0) await store.remove(keys.map(storeKey))
  index.forgetLeft(due)
}

/** Puts the objects and the record, under a claim where others may publish as well. */
async function putRelease(
  parts: Parts,
  change: ReleaseChange,
  changed: readonly PublishedObject[],
  removed: readonly string[],
): Promise<Release> {
  const { store, index } = parts
  const claim = await claimNext(parts, changed.map(keyOf))
  try {
    for (const group of inOrder(changed)) await putAll(store, claim, group)
    claim?.check()
    return await record(parts, change, changed, removed)
  } catch (error) {
    index.doubt(changed.map(keyOf))
    throw error
  } finally {
    claim?.end()
  }
}

/** Null where nobody else can write to the store, or it has no means to claim anything. */
async function claimNext({ store, index, claimTimes, now }: Parts, keys: readonly string[]): Promise<Claim | null> {
  if (!store.capabilities.shared || !store.capabilities.createOnly) return null
  const isReleased = async (number: number) => {
    if ((await readRecord(store, number)) === null) return false
    await catchUp(store, index, now())
    return true
  }
  const parts = { store, times: claimTimes, publisher: index.id, isReleased, onLeftover: index.doubt }
  return await claimRelease(parts, index.state().number + 1, keys)
}

/** Those that are not in the store as they should be. */
async function notHeld(store: Store, objects: readonly PublishedObject[]): Promise<readonly PublishedObject[]> {
  const missing: PublishedObject[] = []
  await inLanes(PARALLEL_CHECKS, objects, async (object) => {
    if (!(await store.holds(storeKey(object.info.key), object.info))) missing.push(object)
  })
  return missing
}

function check(index: Index, { outbox, objects, removed }: ReleaseChange): void {
  const published = index.state().outbox
  if (outbox < published) {
    throw new DrowseError('release-refused', `This render (${outbox}) is older than what is published (${published}).`, {
      hint: 'The machine’s data is older than the published site. Restore its newest copy.',
      details: { outbox, published },
    })
  }
  for (const key of removed) checkKey(key)
  for (const { info, bytes } of objects) {
    checkKey(info.key)
    if (info.sizeBytes === bytes.byteLength && hash('sha256', bytes) === info.hash) continue
    throw new DrowseError('release-refused', `The bytes for “${info.key}” do not have the hash they were announced with.`, {
      details: { key: info.key },
    })
  }
}

/** One object a key: the last. */
function newestOf(objects: readonly PublishedObject[]): readonly PublishedObject[] {
  return [...new Map(objects.map((object) => [keyOf(object), object])).values()]
}

function keyOf(object: PublishedObject): string {
  return object.info.key
}

function isSame(published: ObjectInfo | null, info: ObjectInfo): boolean {
  return published?.hash === info.hash && published.contentType === info.contentType && published.cache === info.cache
}

function guardRemovals(index: Index, removed: readonly string[]): void {
  const count = index.count()
  if (count < GUARDED_FROM || removed.length <= count * GUARDED_SHARE) return
  throw new DrowseError('release-refused', `This release would remove ${removed.length} of ${count} published objects.`, {
    hint: 'If that is what you want, publish again and say so with --force.',
    details: { removed: removed.length, count },
  })
}

async function putAll(store: Store, claim: Claim | null, objects: readonly PublishedObject[]): Promise<void> {
  await inLanes(PARALLEL_PUTS, objects, async ({ info, bytes }) => {
    claim?.check()
    await store.put(storeKey(info.key), bytes, info)
  })
}

/** Works on several at a time, begins no further one after a failure, and settles when nothing is under way any more. */
async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const failures: unknown[] = []
  const lane = async () => {
    for (const item of rest) {
      if (failures.length > 0) return
      await work(item).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
}

/** Writes the release record, then brings the index up to it. */
async function record(
  { store, index, now }: Parts,
  change: ReleaseChange,
  changed: readonly PublishedObject[],
  removed: readonly string[],
): Promise<Release> {
  const { number, recordHash } = index.state()
  const release: Release = {
    number: number + 1,
    outbox: change.outbox,
    parent: recordHash,
    changed: changed.map((object) => object.info).sort((a, b) => (a.key < b.key ? -1 : 1)),
    removed: removed.toSorted(),
    ...(change.at === undefined ? {} : { at: change.at }),
  }
  const { bytes, hash: ownHash } = encodeRecord(release)
  const key = recordKey(release.number)
  const condition = store.capabilities.createOnly ? 'createOnly' : undefined
  const isNew = await store.put(key, bytes, { contentType: 'application/json', cache: 'page' }, condition)
  if (!isNew && (await readRecord(store, release.number))?.hash !== ownHash) {
    // Either an earlier try of ours got further than it could tell, or somebody else publishes here.
    await catchUp(store, index, now())
    throw new DrowseError('store-failed', `The release ${release.number} was there already, with other contents.`, {
      hint: 'Publishing is tried again. If this comes back, two gateways publish to one store.',
    })
  }
  index.add({ release, hash: ownHash }, true)
  return release
}

/** Empties an index whose last release is not the store's. */
async function matchStore(store: Store, index: Index): Promise<void> {
  const { number, recordHash } = index.state()
  if (number === 0) return
  const there = await readRecord(store, number)
  if (there?.hash !== recordHash) index.clear()
}

/** Adds the releases that the store has and the index does not. Returns the keys that they removed. */
async function catchUp(store: Store, index: Index, now: number): Promise<ReadonlySet<string>> {
  const removed = new Set<string>()
  for (;;) {
    const next = await readRecord(store, index.state().number + 1)
    if (next === null) return removed
    leaveAssets(index, next.release.removed, now)
    index.add(next, false)
    for (const key of next.release.removed) removed.add(key)
    for (const { key } of next.release.changed) removed.delete(key)
  }
}

/** Takes up the purges that a process before this one did not come to. */
async function purgeAgain(store: Store, index: Index, purges: PurgeQueue): Promise<void> {
  const { number } = index.state()
  for (let missed = (index.purged() ?? number) + 1; missed <= number; missed++) {
    const there = await readRecord(store, missed)
    if (there !== null) purges.add(missed, keysOf(there.release))
  }
}

function keysOf({ changed, removed }: Release): readonly string[] {
  return [...changed.map((info) => info.key), ...removed]
}
