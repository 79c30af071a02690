import type { EntryType, SourceReader } from '../content/types.ts'
import type { Change, Query, Table } from '../model/types.ts'
import type { Effect, Json, Problem, Write } from '../protocol/types.ts'
import type { Route } from '../render/types.ts'

/** What a write may use while it is applied. Everything that could differ from one run to the next is in `write`. */
export interface ApplyContext {
  readonly change: Change
  readonly write: Write
  /** Bytes sent with the write, or kept from earlier ones, by SHA-256. Throws `internal` for a hash that was never sent. */
  blob(hash: string): Uint8Array
  /** Keeps bytes for as long as the site is kept; returns their SHA-256. */
  keep(bytes: Uint8Array): string
  effect(effect: Effect): void
  /** What reading content files needs. */
  readonly parts: { readonly types: readonly EntryType[]; readonly read: SourceReader }
}

/** What a write came to, apart from its id. */
export interface Applied {
  readonly page?: string
  readonly anchor?: string
  readonly result?: Json
  /** Warnings. */
  readonly problems?: readonly Problem[]
}

/** The machine's side of one kind of write; all of them are in `writes.ts`. */
export interface WriteHandler {
  readonly kind: string
  /**
   * Applies the write inside a transaction. A `DrowseError` rejects it: all it did is taken back and the receipt says why. Any other throw is a fault of
   * ours: the batch fails and is tried again.
   */
  apply(context: ApplyContext): Applied
}

/** What a feature does because of the time and without a write. */
export interface Timed {
  /** ISO time at which something is next to be done; null for nothing. */
  due(read: Pick<Change, 'row' | 'list'>): string | null
  /** Does what is due by `now`, in a transaction. May be called when nothing is, and with a time before an earlier one. */
  pass(context: { readonly change: Change; readonly now: string; effect(effect: Effect): void }): void
}

/** A vertical slice of the product. */
export interface Feature {
  readonly name: string
  readonly entryTypes?: readonly EntryType[]
  readonly tables?: readonly Table<never>[]
  readonly queries?: readonly Query[]
  readonly routes?: readonly Route[]
  readonly timed?: Timed
}
