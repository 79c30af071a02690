import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import { isPersonalKey } from '../protocol/key.ts'
import { type KeptBytes, readKept } from './claim.ts'
import type { Index } from './index-file.ts'
import { storeKey } from './key.ts'
import { REDIRECTS_KEY } from './redirects.ts'
import { keptKey, readRecord } from './release-record.ts'
import type { ManifestEntry, PublishedObject, ReleaseChange, Store } from './types.ts'

/**
 * The change that brings back the state of an earlier release. Each record since tells what it replaced, so the cost follows what has changed since. Throws
 * `release-unknown` where a record or bytes are gone; all bytes are read and checked before anything is published.
 */
export async function rollbackChange(store: Store, index: Index, to: number): Promise<ReleaseChange> {
  const { number, source } = index.state()
  if (!Number.isInteger(to) || to < 1 || to >= number) {
    throw new DrowseError('release-unknown', `There is no release ${to} to go back to: the newest is ${number}.`, {
      hint: '`drowse releases` lists them.',
    })
  }
  const then = await stateBefore(store, number, to)
  const objects: PublishedObject[] = []
  const removed: string[] = []
  const claims = new Map<number, KeptBytes>()
  for (const [key, was] of then) {
    if (was === null) removed.push(key)
    else {
      const kept = claims.get(was.until) ?? (await readKept(store, was.until))
      claims.set(was.until, kept)
      objects.push(await restored(store, index, was.entry, kept, to))
    }
  }
  return { objects, removed, source: source ?? 'machine' }
}

interface Replaced {
  readonly entry: ManifestEntry
  /** The release that replaced it. */
  readonly until: number
}

/** What was published after release `to` at each key that changed since; null where nothing was. Siblings and the redirects file follow from
 * the rest, and what is personal stays as it is. */
async function stateBefore(store: Store, newest: number, to: number): Promise<ReadonlyMap<string, Replaced | null>> {
  const then = new Map<string, Replaced | null>()
  for (let number = newest; number > to; number--) {
    const record = await readRecord(store, number)
    if (record === null) throw gone(to, `the record of release ${number} is gone`)
    const { changed, removed, was } = record.release
    const siblings = new Set([...changed, ...was].filter((entry) => entry.encoding !== undefined).map(({ key }) => key))
    for (const key of [...changed.map((entry) => entry.key), ...removed]) if (!siblings.has(key)) then.set(key, null)
    for (const entry of was) if (entry.encoding === undefined) then.set(entry.key, { entry, until: number })
  }
  for (const key of then.keys()) if (isPersonalKey(key)) then.delete(key)
  then.delete(REDIRECTS_KEY)
  return then
}

async function restored(store: Store, index: Index, entry: ManifestEntry, kept: KeptBytes, to: number): Promise<PublishedObject> {
  const now = index.withHash(entry.hash)
  const places = [...(now === null ? [] : [storeKey(now.key)]), keptKey(entry.hash), storeKey(entry.key)]
  const all = [async () => kept.get(entry.hash) ?? null, ...places.map((place) => () => store.get(place))]
  for (const read of all) {
    const bytes = await read()
    if (bytes === null || hash('sha256', bytes) !== entry.hash) continue
    const { key, sizeBytes, contentType, cache, redirect } = entry
    return {
      info: { key, hash: entry.hash, sizeBytes, contentType, cache, ...(redirect === undefined ? {} : { redirect }) },
      bytes,
    }
  }
  throw gone(to, `the bytes of “${entry.key}” are gone`)
}

function gone(to: number, why: string): DrowseError {
  return new DrowseError('release-unknown', `Release ${to} can’t be brought back: ${why}.`, {
    hint: 'Replaced bytes are kept for `publish.keepDays`. A newer release may still be there: see `drowse releases`.',
  })
}
