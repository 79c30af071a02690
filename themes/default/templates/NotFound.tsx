import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { SearchForm } from '../components/SearchForm.tsx'
import { wordsOf } from '../words.ts'

export function NotFound({ page }: Templates['NotFound']) {
  const words = wordsOf(page.site)
  return (
    <Layout page={page}>
      <div class="not-found">
        <h1>{words.notFound}</h1>
        <p class="lead">{words.notFoundText}</p>
        {page.site.search !== null && <SearchForm site={page.site} path={page.site.search} />}
        <p>
          <a href={page.site.home}>{words.home}</a>
        </p>
      </div>
    </Layout>
  )
}
