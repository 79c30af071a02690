import type { ObjectInfo } from '../protocol/types.ts'

/** How an object's bytes are compressed: the `Content-Encoding` it is served with. */
export type Encoding = 'br' | 'gzip'

/** What a store is told about the bytes it keeps; `headersOf` makes the HTTP headers of it. */
export interface PutInfo extends Pick<ObjectInfo, 'contentType' | 'cache' | 'redirect'> {
  /** SHA-256 of the bytes, hex, where it is known already. */
  readonly hash?: string
  readonly encoding?: Encoding
}

/** An object with the bytes to publish. */
export interface PublishedObject {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

/** An object whose bytes are read only if they are needed. */
export interface UnreadObject {
  readonly info: ObjectInfo
  readonly bytes: () => Uint8Array
}

/** What is published at one key. */
export interface ManifestEntry extends ObjectInfo {
  /** Of the HTTP headers it is published with: they can change while the bytes stay. */
  readonly headers: string
  readonly encoding?: Encoding
  /** Of a compressed sibling: the hash of the bytes that were compressed. */
  readonly source?: string
}

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
  /**
   * Durable when it resolves. With `createOnly`, resolves to false when the key is there already; rejects where the store can't tell. A `shared` store
   * does not try again once `until` is aborted.
   */
  put(key: string, bytes: Uint8Array, info: PutInfo, condition?: 'createOnly', until?: AbortSignal): Promise<boolean>
  get(key: string): Promise<Uint8Array | null>
  /** Whether exactly this is at the key, headers included where the store keeps any. Never slower than a `put`. */
  holds(key: string, info: ObjectInfo & Pick<ManifestEntry, 'encoding'>): Promise<boolean>
  /** Copies bytes and headers inside the store; what is at `to` is replaced. False when there is nothing at `from`. */
  copy(from: string, to: string): Promise<boolean>
  list(prefix: string): AsyncIterable<string>
  /** Keys that are not there are no error. `until`: see `put`. */
  remove(keys: readonly string[], until?: AbortSignal): Promise<void>
}

/** Who made a release: a machine, which has what visitors wrote, or a folder's build, which has not. */
export type ReleaseSource = 'machine' | 'folder'

/** One change to a published site: what a batch or a build came to. */
export interface Release {
  /** 1, 2, 3 … per site. */
  readonly number: number
  /** The outbox number of the guest's state it shows: an older render never overwrites a newer one. */
  readonly outbox: number
  /** SHA-256 of the record before this one; null for the first. */
  readonly parent: string | null
  readonly changed: readonly ManifestEntry[]
  readonly removed: readonly string[]
  /** What was published before at the keys that changed or were removed; what this release can be taken back with. */
  readonly was: readonly ManifestEntry[]
  readonly source: ReleaseSource
  /** ISO time. */
  readonly at: string
  /** The release whose state this one brings back. */
  readonly restores?: number
}

/** What is to be published. */
export interface ReleaseChange {
  /** Left out where there is no guest: then the published one stays. */
  readonly outbox?: number
  readonly objects: readonly (PublishedObject | UnreadObject)[]
  /** Keys that are no longer part of the site. One that is among `objects` as well stays. */
  readonly removed: readonly string[]
  /** `objects` is the whole site: what is published besides is removed. Refused (`release-refused`) when that is nothing at all and removals are guarded. */
  readonly complete?: boolean
  /** Refuses (`release-refused`) to remove more than a fifth of a site of at least 20 objects: for builds, which may have come out too small. */
  readonly guardRemovals?: boolean
  /** `machine` if left out. A folder's release over a machine's is refused (`release-refused`), since it would lose what visitors wrote. */
  readonly source?: ReleaseSource
  /** Publishes over a machine's release. */
  readonly force?: boolean
  readonly restores?: number
  /** Told after each object. */
  readonly progress?: (done: number, of: number) => void
}

/** One object that a release would put, and why. */
export interface PlannedPut {
  readonly entry: ManifestEntry
  readonly bytes: () => Uint8Array
  /** What is published at its key now. */
  readonly was: ManifestEntry | null
  /** `doubt`: a process died while it was publishing, so nobody knows whether the store holds what it should. */
  readonly why: 'new' | 'bytes' | 'headers' | 'doubt'
}

/** What a change comes to. */
export interface ReleasePlan {
  readonly puts: readonly PlannedPut[]
  readonly removed: readonly ManifestEntry[]
}

/** The published state of one site: what is where, and the way to change it. */
export interface Publisher {
  /** The newest release's number, 0 before the first, and who made it. */
  readonly current: { readonly number: number; readonly source: ReleaseSource | null }
  /** What is published at this key, or null. Cheap: no request to the store. */
  published(key: string): ObjectInfo | null
  /** What `publish` would do. No request to the store; throws as `publish` does. */
  plan(change: ReleaseChange): ReleasePlan
  /**
   * Publishes in the order hashed assets, other files, HTML, feeds and sitemap, then the release record, then the removals that are due, while caches
   * are told. May be called again after any failure with the same or more objects. Resolves when readers can see all of it, to null when that was so already. An `outbox` lower
   * than the last release's is refused (`release-refused`), and so are bytes that do not have their hash.
   */
  publish(change: ReleaseChange): Promise<Release | null>
  /** The published bytes, or null for a key that is not published. */
  read(key: string): Promise<Uint8Array | null>
  /** Newest first. */
  releases(limit: number): Promise<readonly Release[]>
  /** Publishes the state of an earlier release again, as a new release. Throws `release-unknown` where its record or its bytes are gone. */
  rollback(to: number, options?: Pick<ReleaseChange, 'progress' | 'force'>): Promise<Release | null>
  /** Compares the store with the manifest, and mends it if asked to. `bytesOf` may know bytes by their hash that the store has lost. */
  verify(options?: VerifyOptions): Promise<Verification>
  /** Resolves to true once caches were told of all that is published, to false when that took longer than `withinMs`. */
  purged(withinMs: number): Promise<boolean>
  close(): void
}

export interface VerifyOptions {
  readonly repair?: boolean
  readonly bytesOf?: (hash: string) => Uint8Array | null
  readonly progress?: (done: number, of: number) => void
}

/** One difference between the store and the manifest. */
export interface Fault {
  readonly key: string
  /** `extra`: the store has it, no release does. */
  readonly fault: 'missing' | 'changed' | 'extra'
  readonly isRepaired: boolean
}

export interface Verification {
  /** Objects the manifest has. */
  readonly checked: number
  readonly faults: readonly Fault[]
}
