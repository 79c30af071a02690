import { hash } from 'node:crypto'
import { type Retention, SPENT_MS } from './due.ts'
import type { Index } from './index-file.ts'
import { storeKey } from './key.ts'
import { inLanes } from './put-all.ts'
import { supersededBy } from './release-record.ts'
import { isText } from './siblings.ts'
import type { ManifestEntry, Release, Store } from './types.ts'

const ONE_BYTES = 64 * 1024
const ALL_BYTES = 256 * 1024

/** Whether publishers of this store claim a release before they put anything. */
export function isClaimed({ capabilities }: Store): boolean {
  return capabilities.createOnly && capabilities.shared
}

/** How the bytes that a release replaces are kept for a rollback. */
export interface Keeping {
  /** In the release’s claim: texts, if they are little together. It costs no request. */
  readonly inClaim: readonly ManifestEntry[]
  /** As copies under `objects/`, one request each. */
  readonly copied: readonly ManifestEntry[]
}

/** Follows from the release and the settings alone, so that each publisher comes to the same. */
export function keepingOf(release: Pick<Release, 'changed' | 'was'>, store: Store, { keepMs }: Retention): Keeping {
  const superseded = supersededBy(release)
  const inClaim = superseded.filter(isSmallText)
  const sizeBytes = inClaim.reduce((sum, entry) => sum + entry.sizeBytes, 0)
  // A claim stays for `SPENT_MS` at least, which may be longer than the owner wants.
  if (!isClaimed(store) || keepMs < SPENT_MS || sizeBytes > ALL_BYTES) return { inClaim: [], copied: superseded }
  return { inClaim, copied: superseded.filter((entry) => !isSmallText(entry)) }
}

export function isSmallText({ contentType, sizeBytes }: ManifestEntry): boolean {
  return sizeBytes <= ONE_BYTES && isText(contentType)
}

/** The bytes of entries by their hash: those at hand, else those in the store. What is nowhere to be found is left out. */
export async function bytesOf(store: Store, index: Index, entries: readonly ManifestEntry[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  await inLanes(entries, async (entry) => {
    const bytes = index.body(entry.hash) ?? (await store.get(storeKey(entry.key)))
    if (bytes !== null && hash('sha256', bytes) === entry.hash) found.set(entry.hash, bytes)
  })
  return found
}
