import type { DrowseError } from '../errors/drowse-error.ts'
import type { ClaimTimes } from './claim.ts'
import type { Retention } from './due.ts'
import type { Index } from './index-file.ts'
import type { PurgeQueue } from './purge/queue.ts'
import type { Purge } from './purge/types.ts'
import type { Encoding, Store } from './types.ts'

export interface PublisherOptions {
  readonly now: () => number
  /** What makes caches forget. Told in the background, so that nobody waits for it, and again until it has worked. */
  readonly purge: Purge
  /** Told of each try that failed. */
  readonly onPurgeFailure: (error: DrowseError) => void
  /** Told that the store could not be reached at the start, where that is to be no failure. */
  readonly onStoreDown: (error: DrowseError) => void
  readonly claimTimes: ClaimTimes
  /** Compressed siblings that are published beside the objects, for servers that look for them. */
  readonly precompress: readonly Encoding[]
  readonly retention: Retention
}

/** What a publisher works with. */
export interface PublisherParts extends PublisherOptions {
  readonly store: Store
  readonly index: Index
  readonly purges: PurgeQueue
  /** When the store’s records were last looked at, milliseconds since 1970. */
  readonly seen: { at: number }
}
