import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import { CLAIMS_PREFIX } from './claim.ts'
import { dueOf, type Retention, SPENT_MS } from './due.ts'
import type { DueTimes, Index } from './index-file.ts'
import { keepingOf } from './kept.ts'
import { KEPT_PREFIX, RECORDS_PREFIX, type ReleaseRecord, readRecord, recordKey, releasedAt } from './release-record.ts'
import { listSnapshots, readSnapshot } from './snapshot.ts'
import type { Store } from './types.ts'

/** Before it looks for snapshots, an index that knows the store reads this many records one by one. */
const RECORDS_BEFORE_SNAPSHOTS = 8

/**
 * Makes an index that was closed for a while show what the store says: empties it if its last release is not the store's, or so old that the records after it may
 * be gone; then catches up.
 */
export async function followStore(store: Store, index: Index, now: number, retention: Retention): Promise<void> {
  const { number, recordHash } = index.state()
  if (number === 0) return await catchUp(store, index, now, retention)
  // Nearly always the last record is as it was and there is none after it, so both are asked for at once.
  const [there, next] = await Promise.all([store.get(recordKey(number)), readRecord(store, number + 1)])
  if (there === null || hash('sha256', there) !== recordHash || (await isOutlived(store, number, there, next, now))) {
    index.clear()
    return await catchUp(store, index, now, retention)
  }
  await catchUp(store, index, now, retention, next)
}

/** Whether the records after the last one an index knows, of these bytes, may be gone. */
async function isOutlived(store: Store, number: number, record: Uint8Array, next: ReleaseRecord | null, now: number) {
  if (next !== null || now - releasedAt(record) < SPENT_MS / 2) return false
  return [...(await listSnapshots(store)).values()].some((end) => end > number)
}

/** Adds the releases that the store has and the index does not: from nothing in bounded time, by snapshots. `known`: the record after the index's last, if it was read. */
export async function catchUp(
  store: Store,
  index: Index,
  now: number,
  retention: Retention,
  known?: ReleaseRecord | null,
): Promise<void> {
  const first = index.state().number
  /** A record that was read ahead. */
  let ahead = known
  let snapshots: ReadonlyMap<number, number> | null = null
  for (;;) {
    const { number, recordHash } = index.state()
    const next: ReleaseRecord | null = ahead === undefined ? await readRecord(store, number + 1) : ahead
    ahead = undefined
    if (next === null && first > 0) break
    if (next !== null && next.release.parent !== recordHash) throw forked(number)
    if (first === 0 || number - first >= RECORDS_BEFORE_SNAPSHOTS) {
      snapshots ??= await listSnapshots(store)
      const to = snapshots.get(number)
      const snapshot = to === undefined ? null : await readSnapshot(store, number, to)
      if (snapshot !== null) {
        index.addSnapshot(snapshot, dueTimes(store, now, retention))
        continue
      }
    }
    if (next === null) break
    index.add(next, false, dueTimes(store, Date.parse(next.release.at), retention))
  }
  if (first === 0 && index.state().number > 0) await findKept(store, index, now, retention)
}

export function dueTimes(store: Store, at: number, retention: Retention): DueTimes {
  return {
    key: (key) => dueOf(key, at, retention),
    bytes: at + retention.keepMs,
    spent: at + Math.max(retention.keepMs, SPENT_MS),
    copied: (release) => keepingOf(release, store, retention).copied,
  }
}

/** Nobody remembers since when they have been kept: they are kept as if it had been since now. */
async function findKept(store: Store, index: Index, now: number, retention: Retention): Promise<void> {
  const hashes: string[] = []
  for await (const key of store.list(KEPT_PREFIX)) hashes.push(key.slice(KEPT_PREFIX.length))
  const releases = new Set<number>()
  for (const prefix of [RECORDS_PREFIX, CLAIMS_PREFIX]) {
    for await (const key of store.list(prefix)) {
      const number = Number.parseInt(key.slice(prefix.length), 10)
      if (number <= index.state().number) releases.add(number)
    }
  }
  const { bytes, spent } = dueTimes(store, now, retention)
  index.resetKept(hashes, bytes, releases, spent)
}

function forked(number: number): DrowseError {
  return new DrowseError('store-failed', `The release record “${recordKey(number + 1)}” does not follow the one before it.`, {
    hint: 'Two stores were mixed, or a record was replaced. Remove it and those after it, then publish again.',
  })
}
