import type { Actor, Json, Receipt, Write } from '../protocol/types.ts'

/** What the gateway asks the journal to accept. */
export interface Acceptance {
  readonly site: string
  readonly kind: string
  readonly actor: Actor
  readonly payload: Json
  /** Bytes the payload refers to by SHA-256 (hex). */
  readonly blobs?: ReadonlyMap<string, Uint8Array>
  /** The idempotency key, unique within (site, kind). */
  readonly key: string
}

export type WriteState = 'accepted' | 'applied' | 'published'

/** A write as the journal knows it. */
export interface JournalEntry {
  readonly write: Write
  readonly state: WriteState
  /** Null until the guest has answered. */
  readonly receipt: Receipt | null
}

export interface Batch {
  readonly id: string
  readonly site: string
  /** In the order accepted. */
  readonly writes: readonly Write[]
}

/**
 * The durable list of accepted writes: accepted → applied → published. Everything it returns from is on disk.
 */
export interface Journal {
  /**
   * Resolves once the write is durable; concurrent calls share a commit. The same (site, kind, key) with the same payload resolves to the entry
   * that is already there (`fresh: false`); with another payload it rejects with `key-reused`. A disk that can't take it: `journal-full`.
   */
  accept(acceptance: Acceptance): Promise<{ readonly entry: JournalEntry; readonly fresh: boolean }>
  find(site: string, id: string): JournalEntry | null
  /** The oldest writes that are not published, oldest first, at most `limit`; null if there are none. May be called again for the same ones. */
  claim(site: string, limit: number): Batch | null
  blob(hash: string): Uint8Array
  /** Keeps the receipts. May be called again with the same ones. */
  applied(batch: Batch, receipts: readonly Receipt[]): void
  /** The batch's pages are with the readers. Blobs no open write needs are dropped. */
  published(batch: Batch): void
  /** Sites that have unpublished writes: what a restarted gateway begins with. */
  sitesWithWork(): readonly string[]
  /** Forgets published writes older than this (ISO time). Returns how many. */
  prune(before: string): number
  close(): void
}
