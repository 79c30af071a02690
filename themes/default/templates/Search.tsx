import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { Overviews } from '../components/Overviews.tsx'
import { SearchForm } from '../components/SearchForm.tsx'
import { wordsOf } from '../words.ts'

/** `scripts/search.js` fills it in: it finds the elements by their classes, and what it is to say in the `data-` attributes. */
export function Search({ page, heading, index, overviews }: Templates['Search']) {
  const { site, assets } = page
  const words = wordsOf(site)
  const { results, noResults, searching, searchFailed } = site.words
  return (
    <Layout page={page} script={assets['search.js']}>
      <h1>{heading}</h1>
      <div
        class="search"
        data-index={index.path}
        data-groups={index.groups}
        data-words={JSON.stringify({ results, noResults, searching, searchFailed })}
      >
        <SearchForm site={site} path={index.path} />
        <p class="search-status" role="status" />
        <ol class="search-results" />
        <button class="button search-more" type="button" hidden>
          {words.moreResults}
        </button>
        <noscript>
          <p>{words.searchNeedsScript}</p>
        </noscript>
      </div>
      {overviews.length > 0 && (
        <section>
          <h2>{words.browse}</h2>
          <Overviews links={overviews} />
        </section>
      )}
    </Layout>
  )
}
