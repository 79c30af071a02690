import type { Json } from '../protocol/types.ts'
import type { Index, Place, Query, Table } from './types.ts'

/** Between `sort` and key in a position: sorts before everything that either may hold. */
const SEPARATOR = '\u0001'

/** Sorts after every position: U+10FFFF is no character, and no `sort` may begin with it. */
export const LAST_POSITION = '\u{10ffff}'

/** Where a row with this `sort` and key stands in its group. */
export function positionOf(sort: string, key: string): string {
  return `${sort}${SEPARATOR}${key}`
}

/**
 * Declares a table. `places` gives each index by name a function from a row to its places; it must be pure, and its results may only
 * depend on the row.
 */
export function defineTable<Row, Names extends string = never>(definition: {
  name: string
  key(row: Row): string
  places?: Readonly<Record<Names, (row: Row) => readonly Place[]>>
}): Table<Row> & { readonly indexes: Readonly<Record<Names, Index & { places(row: Row): readonly Place[] }>> } {
  const { name, key } = definition
  const indexes: Record<string, Index & { places(row: Row): readonly Place[] }> = {}
  const given: Readonly<Record<string, (row: Row) => readonly Place[]>> = definition.places ?? {}
  for (const [index, places] of Object.entries(given)) indexes[index] = { name: `${name}.${index}`, places }
  // Filled from `places`, whose names are `Names`.
  return {
    name,
    key,
    indexes: indexes as Readonly<Record<Names, Index & { places(row: Row): readonly Place[] }>> & typeof indexes,
  }
}

/** Declares a query; see `Query`. Names are unique over all features. */
export function defineQuery<Argument extends Json, Result extends Json>(
  name: string,
  run: Query<Argument, Result>['run'],
): Query<Argument, Result> {
  return { name, run }
}
