import type { ObjectInfo } from '../protocol/types.ts'

/** An object with the bytes to publish. */
export interface PublishedObject {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

/** What a store is told of the bytes it takes. `hash`: their SHA-256, for those who know it already. */
export type PutInfo = Pick<ObjectInfo, 'contentType' | 'cache'> & { readonly hash?: string }

export interface StoreCapabilities {
  readonly createOnly: boolean
  readonly compareAndSwap: boolean
  /** Whether several processes may write to it at once. A publisher then claims a release before it puts anything. */
  readonly shared: boolean
}

/** Where published objects live. Keys have no leading slash, see `checkKey`. Errors are `store-failed`. */
export interface Store {
  readonly name: string
  /** Probed at start, never assumed. */
  readonly capabilities: StoreCapabilities
  /** Durable when it resolves. With `createOnly`, resolves to false when the key is there already; rejects where the store can't tell. */
  put(key: string, bytes: Uint8Array, info: PutInfo, condition?: 'createOnly'): Promise<boolean>
  /** Whether exactly this is at the key, headers included where the store keeps any. Never slower than a `put`. */
  holds(key: string, info: ObjectInfo): Promise<boolean>
  get(key: string): Promise<Uint8Array | null>
  list(prefix: string): AsyncIterable<string>
  /** Keys that are not there are no error. */
  remove(keys: readonly string[]): Promise<void>
}

/** One change to a published site: what a batch or a build came to. */
export interface Release {
  /** 1, 2, 3 … per site. */
  readonly number: number
  /** The outbox number of the guest's state it shows: an older render never overwrites a newer one. */
  readonly outbox: number
  /** SHA-256 of the record before this one; null for the first. */
  readonly parent: string | null
  readonly changed: readonly ObjectInfo[]
  readonly removed: readonly string[]
  /** ISO time, where the caller gave one. */
  readonly at?: string
}

/** What is to be published. */
export interface ReleaseChange {
  readonly outbox: number
  readonly objects: readonly PublishedObject[]
  /** Keys that are no longer part of the site. One that is among `objects` as well stays. */
  readonly removed: readonly string[]
  readonly at?: string
  /** Refuses (`release-refused`) to remove more than a fifth of a site of at least 20 objects: for builds, which may have come out too small. */
  readonly guardRemovals?: boolean
}

/** The published state of one site: what is where, and the way to change it. */
export interface Publisher {
  /** What is published at this key, or null. Cheap: no request to the store. */
  published(key: string): ObjectInfo | null
  /**
   * Publishes in the order assets, other files, HTML, feeds and sitemap, then the release record, then the removals, while caches are told. May be called again after any failure with
   * the same or more objects. Resolves when readers can see all of it, to null when that was so already. An `outbox` lower than the last release's is
   * refused (`release-refused`), and so are bytes that do not have their hash.
   */
  publish(change: ReleaseChange): Promise<Release | null>
  /** The published bytes, or null for a key that is not published. */
  read(key: string): Promise<Uint8Array | null>
  /** Resolves to true once caches were told of all that is published, to false when that took longer than `withinMs`. */
  purged(withinMs: number): Promise<boolean>
  close(): void
}
