import type { Entry } from '../content/types.ts'
import { isShown, noteShowing, type Showing } from './showing.ts'
import { entries, tags } from './site-tables.ts'
import type { Change } from './types.ts'

/** Changes entries, and keeps the list of tags right once `nameTags` was called. */
export class EntryChanges {
  readonly #change: Change
  /** Slugs of the tags that some changed entry has or had. */
  readonly #touched = new Set<string>()

  constructor(change: Change) {
    this.#change = change
  }

  /** Adds an entry or takes its older version's place, shown if its time has come. */
  put(entry: Entry): void {
    this.#touch(this.#change.row(entries, entry.id)?.tags ?? [])
    this.#change.put(entries, { ...entry, shown: isShown(entry, this.#change) })
    this.#touch(entry.tags)
  }

  /** Removes an entry; one that isn't there is no error. */
  remove(id: string): void {
    this.#touch(this.#change.row(entries, id)?.tags ?? [])
    this.#change.remove(entries, id)
  }

  /** A tag is called what its oldest listed post calls it, and is gone with its last one: so its row follows from the entries alone. */
  nameTags(): void {
    for (const slug of this.#touched) {
      const [oldest] = this.#change.list(entries.indexes.byTag, slug, { limit: 1 })
      const name = oldest && this.#change.row(entries, oldest.key)?.tags.find((tag) => tag.slug === slug)?.name
      if (name === undefined) this.#change.remove(tags, slug)
      else this.#change.put(tags, { slug, name })
    }
    this.#touched.clear()
  }

  #touch(touched: Entry['tags']): void {
    for (const { slug } of touched) this.#touched.add(slug)
  }
}

/** Shows what the time has come for, and hides what is to be hidden now. */
export function setShowing(change: Change, showing: Showing): void {
  showAgain(change, noteShowing(change, showing))
}

/** Shows or hides these entries as it is time to. */
export function showAgain(change: Change, ids: readonly string[]): void {
  const changes = new EntryChanges(change)
  for (const id of ids) {
    const entry = change.row(entries, id)
    if (entry) changes.put(entry)
  }
  changes.nameTags()
}
