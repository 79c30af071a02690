import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { wordsOf } from '../words.ts'

export function Terms({ page, heading, terms }: Templates['Terms']) {
  return (
    <Layout page={page}>
      <h1>{heading}</h1>
      {terms.length === 0 ? (
        <p class="quiet">{wordsOf(page.site).empty}</p>
      ) : (
        <ul class="term-index">
          {terms.map((term) => (
            <li>
              <a href={term.path}>{term.title}</a> <span class="count">{term.count}</span>
            </li>
          ))}
        </ul>
      )}
    </Layout>
  )
}
