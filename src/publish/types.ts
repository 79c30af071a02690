import type { ObjectInfo } from '../protocol/types.ts'

/** An object with the bytes to publish. */
export interface PublishedObject {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

/** Where published objects live. Keys have no leading slash. Errors are `store-failed`. */
export interface Store {
  readonly name: string
  /** Probed at start, never assumed. */
  readonly capabilities: { readonly createOnly: boolean; readonly compareAndSwap: boolean }
  /** Durable when it resolves. With `createOnly`, resolves to false when the key is there already. */
  put(key: string, bytes: Uint8Array, info: Pick<ObjectInfo, 'contentType' | 'cache'>, condition?: 'createOnly'): Promise<boolean>
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
  readonly changed: readonly ObjectInfo[]
  readonly removed: readonly string[]
}

/** The published state of one site: what is where, and the way to change it. */
export interface Publisher {
  /** What is published at this key, or null. Cheap: no request to the store. */
  published(key: string): ObjectInfo | null
  /**
   * Publishes in the order assets, other files, HTML, feeds and sitemap, then the release record, then the removals. May be called again after any failure with
   * the same or more objects. Resolves when readers can see all of it. An `outbox` lower than the last release's is refused (`release-refused`).
   */
  publish(change: { readonly outbox: number; readonly objects: readonly PublishedObject[]; readonly removed: readonly string[] }): Promise<Release | null>
  read(key: string): Promise<Uint8Array | null>
}
