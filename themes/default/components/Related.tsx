import type { EntryLinkView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'
import { Time } from './Time.tsx'

/** Where to go on reading after a post. */
export function Related({ posts, site }: { posts: readonly EntryLinkView[]; site: SiteView }) {
  if (posts.length === 0) return null
  return (
    <section class="related" aria-labelledby="related">
      <h2 id="related">{wordsOf(site).related}</h2>
      <ul>
        {posts.map((post) => (
          <li>
            <a href={post.path}>{post.title}</a> {post.date !== null && <Time iso={post.date} language={site.language} short />}
          </li>
        ))}
      </ul>
    </section>
  )
}
