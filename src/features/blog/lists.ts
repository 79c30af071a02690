import { entries, isArchive } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Index, Query, Read, Spot } from '../../model/types.ts'
import { numberSetting } from '../../render/page-view.ts'

/**
 * Lists are cut into pages of `postsPerPage` (those of terms, of `postsPerTermPage`), numbered from the oldest, and only full pages have a number: a numbered page never changes by a new post. The
 * front of a list shows what is not on a full page yet and the newest full page, so it is never nearly empty.
 */
export interface ListName {
  readonly by: 'byKind' | 'byTerm'
  readonly group: string
}

type ListArgument = readonly [by: ListName['by'], group: string]

/** A year's page holds titles alone. */
const ARCHIVE_SIZE = 50

function listSize(read: Read, { by, group }: ListName): number {
  if (by === 'byTerm' && isArchive(group)) return ARCHIVE_SIZE
  const all = numberSetting(read, 'postsPerPage', 10)
  return by === 'byTerm' ? numberSetting(read, 'postsPerTermPage', all) : all
}

/** How many full pages a list has that its front does not replace: 0 for a list that fits on its front. */
const fullPages = defineQuery<ListArgument, number>('list-full-pages', (read, [by, group]) => {
  const count = read.count(indexOf(by), group)
  return Math.floor(count / listSize(read, { by, group }))
})

const isFull = defineQuery<readonly [...ListArgument, number: number], boolean>(
  'list-page-is-full',
  (read, [by, group, number]) => {
    const size = listSize(read, { by, group })
    return read.count(indexOf(by), group, number * size) === number * size
  },
)

export const LIST_QUERIES = [fullPages, isFull] as unknown as readonly Query[]

/** The numbers a list's pages have: 1 … n. */
export function pageNumbers(read: Read, { by, group }: ListName): readonly number[] {
  const full = read.query(fullPages, [by, group])
  return full < 2 ? [] : Array.from({ length: full }, (_, index) => index + 1)
}

/** The front of a list, newest first, and the number of the next older page, or null. */
export function frontOf(read: Read, list: ListName): { spots: readonly Spot[]; older: number | null } {
  const { by, group } = list
  const size = listSize(read, list)
  const count = read.count(indexOf(by), group)
  const shown = count <= size ? count : size + (count % size)
  const full = Math.floor(count / size)
  const spots = shown === 0 ? [] : read.list(indexOf(by), group, { reverse: true, limit: shown })
  return { spots, older: full >= 2 ? full - 1 : null }
}

/** One numbered page, newest first, and its neighbours' numbers; `newer` is null where the front comes next. */
export function pageOf(
  read: Read,
  list: ListName,
  number: number,
): { spots: readonly Spot[]; newer: number | null; older: number | null } {
  const { by, group } = list
  const size = listSize(read, list)
  const spots = read.list(indexOf(by), group, { skip: (number - 1) * size, limit: size }).toReversed()
  const newer = read.query(isFull, [by, group, number + 1]) ? number + 1 : null
  return { spots, newer, older: number > 1 ? number - 1 : null }
}

function indexOf(by: ListName['by']): Index {
  return entries.indexes[by]
}
