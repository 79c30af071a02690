import type { Actor, Effect, Json, Receipt, Write } from '../protocol/types.ts'

/** What the gateway asks the journal to accept. */
export interface Acceptance {
  readonly site: string
  readonly kind: string
  readonly actor: Actor
  readonly payload: Json
  /** Bytes the payload refers to by SHA-256 (hex). */
  readonly blobs?: ReadonlyMap<string, Uint8Array>
  /**
   * The idempotency key, unique within (site, kind). Null: the same payload is the same write for as long as that one is open, and if it was applied for a
   * day from its acceptance; one that was rejected binds nobody.
   */
  readonly key: string | null
  /** Kept in the same commit if the write is fresh, see `DurableState`. */
  readonly state?: { readonly key: string; readonly value: string }
}

/** `parked`: applying it failed so often that it was put aside; it is kept, and tried again when a gateway starts. */
export type WriteState = 'accepted' | 'applied' | 'published' | 'parked'

/** A write as the journal knows it. */
export interface JournalEntry {
  readonly write: Write
  readonly state: WriteState
  /** Null until the guest has answered. */
  readonly receipt: Receipt | null
  /** Why it was parked, for the owner; null in every other state. */
  readonly parkedBecause: string | null
}

export interface Batch {
  readonly id: string
  readonly site: string
  /** In the order accepted. */
  readonly writes: readonly Write[]
}

/** Small values that outlive a restart, by key. A null value removes the key. */
export interface DurableState {
  get(key: string): string | null
  set(key: string, value: string | null): void
  /** All keys that begin with `prefix`, sorted, with their values. */
  entries(prefix: string): readonly (readonly [key: string, value: string])[]
}

/** Effects that wait to be performed. */
export interface EffectOutbox {
  /** Durable when it returns. An id that this site ever added is left alone. */
  add(site: string, effects: readonly Effect[]): void
  /** Not yet performed, in the order added. */
  waiting(site: string): readonly Effect[]
  /** Its id stays known; what it held is forgotten, such as whom a mail went to. */
  performed(site: string, id: string): void
}

/**
 * The durable list of accepted writes: accepted → applied → published. Everything it returns from is on disk.
 * One process has it at a time: opening it a second time throws `data-in-use`.
 */
export interface Journal {
  /** Raised at every open: the fencing epoch of the process that has the journal. */
  readonly epoch: number
  readonly state: DurableState
  readonly effects: EffectOutbox
  /**
   * Resolves once the write is durable; concurrent calls share a commit. The same (site, kind, key) with the same payload resolves to the entry
   * that is already there (`fresh: false`); with another payload it rejects with `key-reused`. A disk that can't take it: `journal-full`.
   */
  accept(acceptance: Acceptance): Promise<{ readonly entry: JournalEntry; readonly fresh: boolean }>
  find(site: string, id: string): JournalEntry | null
  /** The entry that `accept` would answer with without accepting anything; null where the write would be fresh or its key is another payload's. */
  recall(acceptance: Acceptance): JournalEntry | null
  /**
   * The oldest writes that are neither published nor parked, oldest first, at most `limit` and at most a message's worth of bytes; null if there are none. As long as there are any of
   * the owner's, none of visitors' are among them: the owner does not wait behind a crowd. May be called again for the same ones.
   */
  claim(site: string, limit: number): Batch | null
  /** How many visitors' writes are neither published nor parked. */
  backlog(site: string): number
  /** Throws `internal` for bytes that no open write brought. */
  blob(hash: string): Uint8Array
  /** Keeps the receipts. May be called again with the same ones. */
  applied(batch: Batch, receipts: readonly Receipt[]): void
  /** The batch's pages are with the readers. Blobs no open write needs are dropped. */
  published(batch: Batch): void
  /** Puts a write aside that can't be applied, so that those behind it go on. Nothing of it is dropped. */
  park(site: string, id: string, because: string): void
  /** Puts a parked write back in its old place. False if there is no such parked write. */
  unpark(site: string, id: string): boolean
  /** Does so with every parked write. Returns how many there were. */
  unparkAll(): number
  parked(site: string): readonly JournalEntry[]
  /** Sites that have writes to claim: what a restarted gateway begins with. */
  sitesWithWork(): readonly string[]
  /** Forgets published writes older than this (ISO time). Returns how many. */
  prune(before: string): number
  close(): void
}
