import { prefixOf } from '../../content/place.ts'
import { ARCHIVE, entries, inLanguage, settings, type Term, termKey, terms } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import { languageTag } from '../../render/page-view.ts'
import { wordsOf } from '../../render/words/words-of.ts'

/** What posts are filed by: the taxonomies of site.yaml, and their years. */
export function taxonomiesOf(read: Read): readonly string[] {
  const named = read.row(settings, 'taxonomies')?.value
  return [...(Array.isArray(named) ? named.map(String) : ['tags']), ARCHIVE]
}

/** The taxonomies that have terms in a language, as links to the pages that list them. */
export const overviews = defineQuery<string | null, { title: string; path: string }[]>('overviews', (read, language) =>
  taxonomiesOf(read)
    .filter((taxonomy) => hasTerms(read, taxonomy, language))
    .map((taxonomy) => ({
      title: taxonomyTitle(read, taxonomy, language),
      path: `${prefixOf(language)}/${taxonomy}/`,
    })),
)

export const TERM_QUERIES = [overviews] as unknown as readonly Query[]

/** Whether each term has feeds of its own. */
export function hasTermFeeds(read: Read): boolean {
  return read.row(settings, 'termFeeds')?.value !== false
}

export function hasTerms(read: Read, taxonomy: string, language: string | null): boolean {
  return read.list(terms.indexes.all, inLanguage(language, taxonomy), { limit: 1 }).length > 0
}

/** Where a term's posts are listed. */
export function termPath({ taxonomy, slug, language }: Omit<Term, 'name'>): string {
  return `${prefixOf(language)}/${taxonomy}/${slug}/`
}

/** A term of the model by its key. Units and pages about a term are there only while it is. */
export function termOf(read: Read, key: string): Term {
  const term = read.row(terms, key)
  if (term === null) throw new Error(`The term ${key} is gone.`)
  return term
}

export function postCount(read: Read, term: Term): number {
  return read.count(entries.indexes.byTerm, termKey(term))
}

/** `series` → Series; what every site has is called in the page's language. */
export function taxonomyTitle(read: Read, taxonomy: string, language: string | null): string {
  const words = read.query(wordsOf, languageTag(read, language))
  if (taxonomy === 'tags') return words.tags
  if (taxonomy === ARCHIVE) return words.archive
  const own = (words as Readonly<Record<string, unknown>>)[taxonomy]
  return typeof own === 'string' ? own : taxonomy.charAt(0).toUpperCase() + taxonomy.slice(1)
}
