import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import { type Index, openIndex } from './index-file.ts'
import { checkKey, inTheWay, isPossible, storeKey } from './key.ts'
import { inOrder } from './order.ts'
import { encodeRecord, readRecord, recordKey } from './release-record.ts'
import type { PublishedObject, Publisher, Release, ReleaseChange, Store } from './types.ts'

const PARALLEL_PUTS = 16
const GUARDED_FROM = 20
const GUARDED_SHARE = 1 / 5

/**
 * Opens the published state of one site. The index at `indexPath` is brought up to the store's release records first, from nothing if it is
 * lost or belongs to another store; then what they removed is removed again, in case a process died before it could.
 */
export async function openPublisher(store: Store, indexPath: string): Promise<Publisher> {
  const index = openIndex(indexPath)
  try {
    await matchStore(store, index)
    await catchUp(store, index)
  } catch (error) {
    index.close()
    throw error
  }
  let last: Promise<unknown> = Promise.resolve()

  return {
    published: index.get,
    publish(change) {
      // One after the other: the release record's number is decided by the one before it.
      const turn = last.then(() => publish(store, index, change))
      last = turn.catch(() => undefined)
      return turn
    },
    read: async (key) => (index.get(key) === null ? null : await store.get(storeKey(key))),
    close: index.close,
  }
}

async function publish(store: Store, index: Index, change: ReleaseChange): Promise<Release | null> {
  check(index, change)
  const objects = newestOf(change.objects)
  const changed = objects.filter(({ info }) => !isSame(index.get(info.key), info))
  const doubtful = objects.filter(({ info }) => isSame(index.get(info.key), info) && !index.isCertain(info.key))
  const kept = new Set(objects.map((object) => object.info.key))
  // An impossible key was never put: it is no reason to stop.
  const gone = change.removed.filter((key) => !kept.has(key) && isPossible(key))
  const removed = gone.filter((key) => index.get(key) !== null)
  if (change.guardRemovals === true) guardRemovals(index, removed)

  let release: Release | null = null
  try {
    const blocking = inTheWay(gone, changed.map(keyOf))
    if (blocking.length > 0) await store.remove(blocking.map(storeKey))
    for (const group of inOrder([...changed, ...doubtful])) await putAll(store, group)
    if (changed.length > 0 || removed.length > 0) release = await record(store, index, change, changed, removed)
    index.settle(change.outbox, doubtful.map(keyOf))
  } catch (error) {
    index.doubt(changed.map(keyOf))
    throw error
  }
  // Also those that the index no longer has: a process may have died between a release's record and its removals.
  await store.remove(gone.map(storeKey))
  return release
}

function check(index: Index, { outbox, objects }: ReleaseChange): void {
  const published = index.state().outbox
  if (outbox < published) {
    throw new DrowseError('release-refused', `This render (${outbox}) is older than what is published (${published}).`, {
      hint: 'The machine’s data is older than the published site. Restore its newest copy.',
      details: { outbox, published },
    })
  }
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

async function putAll(store: Store, objects: readonly PublishedObject[]): Promise<void> {
  const rest = objects.values()
  const failures: unknown[] = []
  const lane = async () => {
    for (const { info, bytes } of rest) {
      if (failures.length > 0) return
      await store.put(storeKey(info.key), bytes, info).catch((error: unknown) => failures.push(error))
    }
  }
  // All lanes are waited for, so that nothing is still being put when this rejects.
  await Promise.all(Array.from({ length: Math.min(PARALLEL_PUTS, objects.length) }, lane))
  if (failures.length > 0) throw failures[0]
}

/** Writes the release record, then brings the index up to it. */
async function record(
  store: Store,
  index: Index,
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
    await catchUp(store, index)
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

/** Adds the releases that the store has and the index does not. */
async function catchUp(store: Store, index: Index): Promise<void> {
  const removed = new Set<string>()
  for (;;) {
    const next = await readRecord(store, index.state().number + 1)
    if (next === null) break
    index.add(next, false)
    for (const key of next.release.removed) removed.add(key)
    for (const { key } of next.release.changed) removed.delete(key)
  }
  if (removed.size > 0) await store.remove([...removed].map(storeKey))
}
