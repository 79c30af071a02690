import type { Json } from '../protocol/types.ts'
import { nameOfRow, nameOfSpan, type Reads, type Span } from './graph.ts'
import type { Rows } from './rows.ts'
import { LAST_POSITION } from './table.ts'
import type { Answer, Index, Query, Range, Read, Spot, Table } from './types.ts'

type Row = Reads['rows'][number]

/** Stands for a table whose rows are the published keys, among what readers looked at. No feature may have a table of this name. */
export const PAGES = 'pages'

/** Reads the site for one reader and keeps what it looked at. */
export class Recorder implements Read {
  readonly #rows: Rows
  readonly #answer: (query: Query, argument: Json) => Answer
  readonly #seenRows: Row[] = []
  readonly #seenSpans: Span[] = []
  readonly #seenQueries: number[] = []

  constructor(rows: Rows, answer: (query: Query, argument: Json) => Answer) {
    this.#rows = rows
    this.#answer = answer
  }

  row<T>(table: Table<T>, key: string): T | null {
    this.#seenRows.push([table.name, key])
    return this.#rows.row(table, key)
  }

  /** The reader depends on whether something is published under this key. */
  page(key: string): void {
    this.#seenRows.push([PAGES, key])
  }

  list(index: Index, group: string, range: Range = {}): readonly Spot[] {
    const spots = this.#rows.list(index, group, range)
    this.#seenSpans.push({ index: index.name, group, ...spanOf(spots, range) })
    return spots
  }

  rows<T>(table: Table<T>, index: Index, group: string, range: Range = {}): readonly T[] {
    const found = this.#rows.found(table, index, group, range)
    this.#seenSpans.push({ index: index.name, group, ...spanOf(found, range) })
    for (const { key } of found) this.#seenRows.push([table.name, key])
    return found.map(({ row }) => row)
  }

  count(index: Index, group: string, atMost?: number): number {
    const count = this.#rows.count(index, group, atMost)
    const high =
      atMost !== undefined && count === atMost && atMost > 0 ? this.#positionOfLast(index, group, count) : LAST_POSITION
    this.#seenSpans.push({ index: index.name, group, low: '', high })
    return count
  }

  query<Argument extends Json, Result extends Json>(query: Query<Argument, Result>, argument: Argument): Result {
    // A query's result is what its own `run` returned for this argument; the registry holds queries of every type under one.
    const answer = this.#answer(query as unknown as Query, argument)
    this.#seenQueries.push(answer.id)
    if ('error' in answer) throw answer.error
    return answer.result as Result
  }

  /** Each read once, in the order of the first time. */
  get reads(): Reads {
    const rows = once(this.#seenRows, isSameRow, nameOfRow)
    return { rows, spans: once(this.#seenSpans, isSameSpan, nameOfSpan), queries: [...new Set(this.#seenQueries)] }
  }

  #positionOfLast(index: Index, group: string, count: number): string {
    return this.#rows.list(index, group, { skip: count - 1, limit: 1 })[0]?.position ?? LAST_POSITION
  }
}

/**
 * The positions a listing depends on. A row that comes or goes beyond the last one returned can't change the listing if it was cut off by its limit;
 * rows that were skipped can, and so can rows between.
 */
function spanOf(spots: readonly Spot[], range: Range): { low: string; high: string } {
  const { after = '', before = LAST_POSITION, reverse = false, limit } = range
  const last = spots.at(-1)
  const cutOff = limit !== undefined && spots.length === limit && last !== undefined
  if (!cutOff) return { low: after, high: before }
  return reverse ? { low: last.position, high: before } : { low: after, high: last.position }
}

/** Of few the same are found sooner by looking than by name. */
const FEW = 16

function once<T>(all: readonly T[], isSame: (one: T, other: T) => boolean, name: (one: T) => string): readonly T[] {
  if (all.length <= FEW) return all.filter((one, place) => all.findIndex((other) => isSame(one, other)) === place)
  return [...new Map(all.map((one) => [name(one), one])).values()]
}

function isSameRow([table, key]: Row, [otherTable, otherKey]: Row): boolean {
  return key === otherKey && table === otherTable
}

function isSameSpan(one: Span, other: Span): boolean {
  return one.group === other.group && one.low === other.low && one.high === other.high && one.index === other.index
}
