import { findable } from '../../model/findable.ts'
import type { Query, Read, Table } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { alternatesOf, languagesOf, languageTag, pageView, searchPath } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import type { LinkView } from '../../render/views.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import type { Feature } from '../types.ts'
import { groupCount } from './groups.ts'
import { entryFiles, INDEX_QUERIES, wordFiles } from './index-files.ts'

/** The overviews of a language's posts; the blog supplies them, so that search knows nothing of it. */
export type OverviewsOf = (read: Read, language: string | null) => readonly LinkView[]

/** The search page of each language and the files that its script looks in. They change with what entries say, never with a comment. */
export function search({ overviewsOf }: { readonly overviewsOf: OverviewsOf }): Feature {
  return {
    name: 'search',
    tables: [findable] as unknown as readonly Table<never>[],
    queries: INDEX_QUERIES as readonly Query[],
    routes: [searchPage(overviewsOf), wordFiles, entryFiles],
  }
}

function searchPage(overviewsOf: OverviewsOf): Route {
  return {
    name: 'search',
    pages: (read) =>
      languagesOf(read).flatMap((language) => {
        const path = searchPath(read, language)
        return path === null ? [] : [{ path, argument: language }]
      }),
    render(context, argument) {
      const language = typeof argument === 'string' ? argument : null
      const heading = context.query(wordsOf, languageTag(context, language)).search
      const alternates = alternatesOf(context, '/search/', (other) => searchPath(context, other) !== null)
      const page = pageView(context, { path: context.path, title: heading, language, alternates })
      const index = { path: context.path, groups: context.query(groupCount, language) }
      const overviews = [...page.site.menu, ...overviewsOf(context, language)]
      return { content: context.template('Search', { page, heading, index, overviews: distinct(overviews) }), contentType: HTML }
    },
  }
}

/** Links to the site, each once. */
function distinct(links: readonly LinkView[]): readonly LinkView[] {
  return [...new Map(links.filter(({ path }) => path.startsWith('/')).map((link) => [link.path, link])).values()]
}
