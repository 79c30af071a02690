import type { Entry } from '../content/types.ts'
import { isShown, noteShowing, type Showing } from './showing.ts'
import { entries, tags } from './site-tables.ts'
import type { Change } from './types.ts'

/** Adds an entry or takes its older version's place, shown if its time has come, and keeps the list of tags right. */
export function putEntry(change: Change, entry: Entry): void {
  const before = change.row(entries, entry.id)
  change.put(entries, { ...entry, shown: isShown(entry, change) })
  nameTags(change, [...(before?.tags ?? []), ...entry.tags])
}

/** Removes an entry; one that isn't there is no error. */
export function removeEntry(change: Change, id: string): void {
  const before = change.row(entries, id)
  change.remove(entries, id)
  nameTags(change, before?.tags ?? [])
}

/** Shows what the time has come for, and hides what is to be hidden now. */
export function setShowing(change: Change, showing: Showing): void {
  for (const id of noteShowing(change, showing)) showAgain(change, id)
}

/** Shows or hides one entry as it is time to. */
export function showAgain(change: Change, id: string): void {
  const entry = change.row(entries, id)
  if (entry) putEntry(change, entry)
}

/** A tag is called what its oldest listed post calls it, and is gone with its last one: so its row follows from the entries alone. */
function nameTags(change: Change, touched: Entry['tags']): void {
  for (const slug of new Set(touched.map((tag) => tag.slug))) {
    const [oldest] = change.list(entries.indexes.byTag, slug, { limit: 1 })
    const name = oldest && change.row(entries, oldest.key)?.tags.find((tag) => tag.slug === slug)?.name
    if (name === undefined) change.remove(tags, slug)
    else change.put(tags, { slug, name })
  }
}
