import type { Body, Entry } from '../content/types.ts'
import { findable, findableOf } from './findable.ts'
import { isClosed, isShown, noteShowing, type Showing } from './showing.ts'
import { closings, entries, redirects, type Term, termKey, terms, termsOf } from './site-tables.ts'
import type { Change } from './types.ts'

/** Changes entries and the redirects that lead to them, and keeps the list of terms right once `nameTerms` was called. */
export class EntryChanges {
  readonly #change: Change
  /** The terms that some changed entry has or had, by key. */
  readonly #touched = new Map<string, Term>()

  constructor(change: Change) {
    this.#change = change
  }

  /** Adds an entry or takes its older version's place, shown if its time has come. */
  put(entry: Entry, vocabulary: Body['vocabulary']): void {
    const now = this.#place(entry)
    if (vocabulary === null) this.#change.remove(findable, now.id)
    else this.#change.put(findable, findableOf(now, vocabulary))
  }

  /** Shows or hides an entry, and closes or opens its comments, as it is time to. */
  showAgain(id: string): void {
    const entry = this.#change.row(entries, id)
    if (entry === null) return
    const { shown } = this.#place(entry)
    const found = this.#change.row(findable, id)
    if (found !== null) this.#change.put(findable, { ...found, shown })
  }

  #place(entry: Entry): Entry {
    const before = this.#change.row(entries, entry.id)
    const now = { ...entry, shown: isShown(entry, this.#change) }
    this.#touch(before)
    this.#change.put(entries, now)
    this.#touch(now)
    this.#keepAliases(before, now)
    if (isClosed(now, this.#change)) this.#change.put(closings, { entry: now.id })
    else if (before !== null) this.#change.remove(closings, now.id)
    return now
  }

  /** Removes an entry; one that isn't there is no error. */
  remove(id: string): void {
    const before = this.#change.row(entries, id)
    this.#touch(before)
    this.#change.remove(entries, id)
    this.#change.remove(findable, id)
    this.#change.remove(closings, id)
    this.#keepAliases(before, null)
  }

  /** A term is called what its oldest shown post calls it, and is gone with its last one: so its row follows from the entries alone. */
  nameTerms(): void {
    for (const [key, { taxonomy, slug, language }] of this.#touched) {
      const [oldest] = this.#change.list(entries.indexes.byTerm, key, { limit: 1 })
      const entry = oldest ? this.#change.row(entries, oldest.key) : null
      const named = entry && termsOf(entry).find((term) => termKey(term) === key)
      if (named) this.#change.put(terms, { taxonomy, slug, language, name: named.name })
      else this.#change.remove(terms, key)
    }
    this.#touched.clear()
  }

  #touch(entry: Entry | null): void {
    if (entry) for (const term of termsOf(entry)) this.#touched.set(termKey(term), term)
  }

  /** Where an entry was published before leads to where it is, as long as it is shown. */
  #keepAliases(before: Entry | null, after: Entry | null): void {
    const now = after?.shown ? after.aliases : []
    const gone = (before?.aliases ?? []).filter((path) => !now.includes(path))
    for (const path of gone) this.#change.remove(redirects, JSON.stringify([path, before?.id ?? null]))
    for (const path of now) this.#change.put(redirects, { path, entry: after?.id ?? null, target: after?.path ?? '/' })
  }
}

/** Shows what the time has come for, hides what is to be hidden now, and closes the comments whose time is over. */
export function setShowing(change: Change, showing: Showing): void {
  showAgain(change, noteShowing(change, showing))
}

/** Shows or hides these entries, and closes or opens their comments, as it is time to. */
export function showAgain(change: Change, ids: readonly string[]): void {
  const changes = new EntryChanges(change)
  for (const id of ids) changes.showAgain(id)
  changes.nameTerms()
}
