import { DrowseError } from '../errors/drowse-error.ts'
import { foldersOf, isPublicKey, keyFault } from '../protocol/key.ts'

// S3's limit.
const MAX_STORE_KEY_BYTES = 1024

/** Throws `store-failed` for a key that no store can hold, see `keyFault`. */
export function checkKey(key: string): void {
  const fault = keyFault(key, MAX_STORE_KEY_BYTES)
  if (fault === null) return
  throw new DrowseError('store-failed', `The key ${JSON.stringify(key)} can’t be published: ${fault}.`, {
    hint: 'Rename the entry or file it comes from.',
    details: { key },
  })
}

/** False for a key under which nothing can ever have been stored. */
export function isPossible(key: string): boolean {
  return keyFault(storeKey(key), MAX_STORE_KEY_BYTES) === null
}

/**
 * Of the keys to be removed those which, as files, stand where `put` needs a folder, or the other way round: a store that has folders must be rid
 * of them first.
 */
export function inTheWay(removed: readonly string[], put: readonly string[]): readonly string[] {
  const keys = new Set(put)
  const folders = new Set(put.flatMap(foldersOf))
  return removed.filter((key) => folders.has(key) || foldersOf(key).some((folder) => keys.has(folder)))
}

/**
 * Where an object of the site lives in its store. What the public must not see stands beside `site/`, so that a CDN can be pointed at
 * that prefix alone.
 */
export function storeKey(key: string): string {
  return isPublicKey(key) ? `site/${key}` : key
}
