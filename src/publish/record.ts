import { DrowseError } from '../errors/drowse-error.ts'
import { catchUp, dueTimes } from './catch-up.ts'
import type { Retention } from './due.ts'
import type { Index } from './index-file.ts'
import { encodeRecord, isSameChange, readRecord, recordKey } from './release-record.ts'
import type { Release, Store } from './types.ts'

/**
 * Writes a release's record, then brings the index up to it. Returns the release as it is in the store: an earlier try of it may have got further than it
 * could tell. Throws `store-failed` when another release has its number, and adds that one to the index.
 */
export async function writeRecord(
  store: Store,
  index: Index,
  release: Release,
  retention: Retention,
  turns: number,
): Promise<Release> {
  const at = Date.parse(release.at)
  const { bytes, hash } = encodeRecord(release)
  const condition = store.capabilities.createOnly ? 'createOnly' : undefined
  const isNew = await store.put(recordKey(release.number), bytes, { contentType: 'application/json', cache: 'page' }, condition)
  const there = isNew ? { release, hash } : await readRecord(store, release.number)
  if (there === null || !isSameChange(there.release, release)) {
    await catchUp(store, index, at, retention)
    throw new DrowseError('store-failed', `The release ${release.number} was there already, with other contents.`, {
      hint: 'Publishing is tried again. If this comes back, two gateways publish to one store.',
    })
  }
  index.add(there, true, dueTimes(store, at, retention), turns)
  return there.release
}
