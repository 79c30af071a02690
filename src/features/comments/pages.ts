import type { Entry } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Change, Query, Read } from '../../model/types.ts'
import { perPage } from './rules.ts'
import { type Comment, commentPages, comments, pageKey, pageOfKey } from './tables.ts'

/**
 * Comments are cut into pages, numbered from the oldest, and where one is put is noted with it: so a page changes by what is written on it, and never by what
 * is written, held or deleted elsewhere. Answers go to the page of what they answer, until that holds so many times what makes a page full, and then stand on
 * the last page and say what they answer.
 */
const OVERFULL = 1.5

const isFull = defineQuery<readonly [entry: string, page: number], boolean>(
  'comments-page-is-full',
  (read, [entry, page]) => read.row(commentPages, pageKey(entry, page))?.isFull === true,
)

type Commented = { readonly [key in keyof Titled]: Titled[key] }

/** What pages of comments tell of the entry they are on; null for one that readers may not see. */
export const commented = defineQuery<string, Commented | null>('commented', (read, id) => {
  const entry = read.row(entries, id)
  return entry?.shown ? { id, path: entry.path, title: entry.title, language: entry.language } : null
})

export const COMMENT_PAGE_QUERIES = [isFull, commented] as unknown as readonly Query[]

/** The entry that comments are on. */
export type On = Pick<Entry, 'id' | 'path'>

/** The same, as feeds name it. */
export type Titled = Pick<Entry, 'id' | 'path' | 'title' | 'language'>

/** The pages round one; addresses, null for none. */
export interface Neighbours {
  readonly older: string | null
  readonly newer: string | null
}

/** The page of comments that the entry's own page shows; null while no comment on it was ever shown. */
export function lastPageOf(read: Read, entry: On): (Neighbours & { page: number }) | null {
  const page = lastOf(read, entry.id)
  return page === null ? null : { page, older: page === 1 ? null : numberedPath(entry.path, page - 1), newer: null }
}

/** The address of a full page of comments; null while it has none, or if something of the owner's is there. */
export function fullPagePath(read: Read, key: string): string | null {
  const row = read.row(commentPages, key)
  const entry = row?.isFull ? read.query(commented, row.entry) : null
  if (row === null || entry === null) return null
  const path = numberedPath(entry.path, row.page)
  return read.list(entries.indexes.byPath, path, { limit: 1 }).length === 0 ? path : null
}

/** What lies before and after a full page. */
export function neighboursOf(read: Read, entry: On, page: number): Neighbours {
  return {
    older: page === 1 ? null : numberedPath(entry.path, page - 1),
    newer: read.query(isFull, [entry.id, page + 1]) ? numberedPath(entry.path, page + 1) : entry.path,
  }
}

/** Where a comment is that has a page. */
export function pathOfComment(read: Pick<Read, 'row'>, { entry, page }: Comment, base: string): string {
  const isOnItsOwn = page !== null && read.row(commentPages, pageKey(entry, page))?.isFull === true
  return isOnItsOwn ? numberedPath(base, page) : base
}

/** The same for readers of the site. */
export function addressOf(read: Read, { entry, page }: Comment, { path }: On): string {
  return page !== null && read.query(isFull, [entry, page]) ? numberedPath(path, page) : path
}

/** `/posts/hello/` and `/hello.html` → `/posts/hello/comments/3/`, `/hello/comments/3/`. */
export function numberedPath(base: string, page: number): string {
  return `${base.replace(/\.html$/, '/')}comments/${page}/`
}

/** The entries' paths that a path of this form may belong to; none for another. */
export function basesOf(path: string): readonly string[] {
  const base = /^(.*)\/comments\/[1-9]\d*\/$/.exec(path)?.[1]
  return base === undefined ? [] : [`${base}/`, `${base}.html`]
}

/** Finds a page for a comment that is to be shown for the first time, and counts it there. */
export function placed(change: Change, { entry, parent }: Pick<Comment, 'entry' | 'parent'>): number {
  const full = perPage(change)
  const home = parent === null ? null : (change.row(comments, String(parent))?.page ?? null)
  if (home !== null && sizeOf(change, entry, home) < full * OVERFULL) return counted(change, entry, home)
  const last = lastOf(change, entry) ?? 1
  if (sizeOf(change, entry, last) < full) return counted(change, entry, last)
  change.put(commentPages, { entry, page: last, size: sizeOf(change, entry, last), isFull: true })
  return counted(change, entry, last + 1)
}

function counted(change: Change, entry: string, page: number): number {
  const before = change.row(commentPages, pageKey(entry, page))
  change.put(commentPages, { entry, page, size: (before?.size ?? 0) + 1, isFull: before?.isFull ?? false })
  return page
}

function sizeOf(change: Change, entry: string, page: number): number {
  return change.row(commentPages, pageKey(entry, page))?.size ?? 0
}

/** The number of the last page of an entry's comments, which is on the entry's own; null if it has none yet. */
function lastOf(read: Pick<Read, 'list'>, entry: string): number | null {
  const [last] = read.list(commentPages.indexes.byEntry, entry, { reverse: true, limit: 1 })
  return last === undefined ? null : pageOfKey(last.key)
}
