import type { LinkView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

export function TagList({ tags, site }: { tags: readonly LinkView[]; site: SiteView }) {
  if (tags.length === 0) return null
  return (
    <ul class="tags" aria-label={wordsOf(site).tags}>
      {tags.map((tag) => (
        <li>
          <a class="p-category" rel="tag" href={tag.path}>
            {tag.title}
          </a>
        </li>
      ))}
    </ul>
  )
}
