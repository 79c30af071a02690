import { prefixOf } from '../../content/place.ts'
import { ARCHIVE, CATEGORY, inLanguage, type Term, termKey, terms } from '../../model/site-tables.ts'
import type { Read } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { alternatesOf, languagesOf, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { contentsOf, listPages, numberOf } from './list-routes.ts'
import { hasTermFeeds, hasTerms, overviews, postCount, taxonomiesOf, taxonomyTitle, termOf, termPath } from './terms.ts'

/** The posts of one term, and the posts of one year. */
export const termPosts: Route = {
  name: 'term',
  over: { table: terms.name },
  pages(read, key) {
    const term = read.row(terms, key)
    return term === null || term.taxonomy === CATEGORY
      ? []
      : listPages(read, { list: { by: 'byTerm', group: key }, base: termPath(term) }, key)
  },
  render(context, argument) {
    const [key, number] = Array.isArray(argument) ? argument : []
    const term = termOf(context, String(key))
    const { taxonomy, language, name: heading } = term
    const base = termPath(term)
    const contents = contentsOf(context, { list: { by: 'byTerm', group: String(key) }, base, number: numberOf(number) })
    const alternates = number === null ? inOthers(context, term) : []
    const head = { path: context.path, title: heading, language, alternates }
    if (taxonomy === ARCHIVE)
      return { content: context.template('Archive', { page: pageView(context, head), heading, ...contents }), contentType: HTML }
    const page = pageView(context, hasTermFeeds(context) ? { ...head, feed: { base, title: heading } } : head)
    const props = { page, heading, ...contents, overviews: context.query(overviews, language) }
    return { content: context.template('PostList', props), contentType: HTML }
  },
}

/** What a taxonomy's terms are, with the number of their posts; of years, the newest first. */
export const termIndex: Route = {
  name: 'terms',
  pages: (read) =>
    languagesOf(read).flatMap((language) =>
      taxonomiesOf(read).flatMap((taxonomy) =>
        hasTerms(read, taxonomy, language)
          ? [{ path: `${prefixOf(language)}/${taxonomy}/`, argument: [taxonomy, language] }]
          : [],
      ),
    ),
  render(context, argument) {
    const [name, of] = Array.isArray(argument) ? argument : []
    const [taxonomy, language] = [String(name), typeof of === 'string' ? of : null]
    const heading = taxonomyTitle(context, taxonomy, language)
    const spots = context.list(terms.indexes.all, inLanguage(language, taxonomy), { reverse: taxonomy === ARCHIVE })
    const all = spots.map(({ key }) => {
      const term = termOf(context, key)
      return { title: term.name, path: termPath(term), count: postCount(context, term) }
    })
    const alternates = alternatesOf(context, `/${taxonomy}/`, (other) => hasTerms(context, taxonomy, other))
    const page = pageView(context, { path: context.path, title: heading, language, alternates })
    return { content: context.template('Terms', { page, heading, terms: all }), contentType: HTML }
  },
}

/** A term of the same spelling in other languages, as years are. */
function inOthers(read: Read, { taxonomy, slug }: Term) {
  const isThere = (language: string | null) => read.row(terms, termKey({ taxonomy, slug, language })) !== null
  return alternatesOf(read, `/${taxonomy}/${slug}/`, isThere)
}
