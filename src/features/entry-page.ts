import type { Entry } from '../content/types.ts'
import { entries } from '../model/site-tables.ts'
import type { Read } from '../model/types.ts'
import type { PageHead } from '../render/page-view.ts'
import type { PageSpec } from '../render/types.ts'

// What the routes of all kinds of entries have in common.

/** One page an entry, unless readers may not see it. */
export function entryPages(read: Read, id: string): readonly PageSpec[] {
  const entry = read.row(entries, id)
  return !entry?.shown ? [] : [{ path: entry.path, argument: id }]
}

/** The entry a page is about. Its unit yields the page only while the entry is there. */
export function entryOf(read: Read, id: unknown): Entry {
  const entry = read.row(entries, String(id))
  if (entry === null) throw new Error(`The entry ${String(id)} is gone.`)
  return entry
}

/** How a page of its own tells search engines and previews of an entry. */
export function headOf(entry: Entry): PageHead {
  const { path, title, description, language } = entry
  return { path, title, description, language, article: entry }
}
