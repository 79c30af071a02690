import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { wordsOf } from '../words.ts'

export function NotFound({ page }: Templates['NotFound']) {
  const words = wordsOf(page.site)
  return (
    <Layout page={page}>
      <div class="not-found">
        <h1>{words.notFound}</h1>
        <p class="lead">{words.notFoundText}</p>
        <p>
          <a href={page.site.home}>{words.home}</a>
        </p>
      </div>
    </Layout>
  )
}
