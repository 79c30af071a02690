import type { Json } from '../protocol/types.ts'

/** Where a row stands in an index: inside a group, rows are ordered by `sort`, then by their key. */
export interface Place {
  readonly group: string
  readonly sort: string
}

/** A way to list a table's rows: each row takes any number of places in it. */
export interface Index {
  /** `entries.byDate`: unique over all tables. */
  readonly name: string
}

/** A kind of row. Rows are plain JSON values; everything that is not in the index functions is free to change shape. */
export interface Table<Row> {
  readonly name: string
  key(row: Row): string
  readonly indexes: Readonly<Record<string, Index & { places(row: Row): readonly Place[] }>>
}

/** Which part of a group to list. Positions come from `Spot.position` or `positionOf`. */
export interface Range {
  /** Exclusive. */
  readonly after?: string
  /** Exclusive. */
  readonly before?: string
  readonly reverse?: boolean
  readonly skip?: number
  readonly limit?: number
}

/** A row found in an index. */
export interface Spot {
  readonly key: string
  readonly position: string
}

/**
 * The only way a query, a route or a page may look at the site. Every call is recorded, so a later change of exactly what was looked at, and
 * of nothing else, finds its reader again.
 */
export interface Read {
  row<Row>(table: Table<Row>, key: string): Row | null
  /** Lists keys, not rows: the reader depends on which rows are there, and on those it then reads. */
  list(index: Index, group: string, range?: Range): readonly Spot[]
  /** The rows of such a listing, in its order: as to list them and to look at each, in a fraction of the time. The index is the table's. */
  rows<Row>(table: Table<Row>, index: Index, group: string, range?: Range): readonly Row[]
  /** How many rows a group has; a count of at most `atMost` reads no further than that. */
  count(index: Index, group: string, atMost?: number): number
  /** The query's result. The reader depends on the result, not on what the query read to get it. */
  query<Argument extends Json, Result extends Json>(query: Query<Argument, Result>, argument: Argument): Result
}

/** A named pure function of the site. When its reads change but its result does not, nothing that reads it is touched. */
export interface Query<Argument extends Json = Json, Result extends Json = Json> {
  readonly name: string
  run(read: Read, argument: Argument): Result
}

/** A query's result, or what it threw: then whoever asked gets that, and depends on it. `id` is the query's in the graph. */
export type Answer = { readonly id: number } & ({ readonly result: Json } | { readonly error: unknown })

/** What a write may do to the site, inside its transaction. Reads are not recorded: a write happens once. */
export interface Change extends Omit<Read, 'query'> {
  put<Row>(table: Table<Row>, row: Row): void
  /** A row that isn't there is no error. */
  remove<Row>(table: Table<Row>, key: string): void
}

/** A fact that a change altered. */
export type Touched =
  | { readonly type: 'row'; readonly table: string; readonly key: string; readonly exists: boolean; readonly existed: boolean }
  | { readonly type: 'place'; readonly index: string; readonly group: string; readonly position: string }
