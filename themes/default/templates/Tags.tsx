import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { wordsOf } from '../words.ts'

export function Tags({ page, tags }: Templates['Tags']) {
  const words = wordsOf(page.site)
  return (
    <Layout page={page}>
      <h1>{words.tags}</h1>
      {tags.length === 0 ? (
        <p class="quiet">{words.empty}</p>
      ) : (
        <ul class="tag-index">
          {tags.map((tag) => (
            <li>
              <a href={tag.path}>{tag.title}</a> <span class="count">{tag.count}</span>
            </li>
          ))}
        </ul>
      )}
    </Layout>
  )
}
