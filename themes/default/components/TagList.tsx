import type { EntryView, LinkView, SiteView } from 'drowse/theme'
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

/** What a post is filed under besides its tags: a line for each taxonomy. */
export function TermLinks({ entry }: { entry: Pick<EntryView, 'terms'> }) {
  const byTaxonomy = Map.groupBy(entry.terms, ({ taxonomy }) => taxonomy)
  if (byTaxonomy.size === 0) return null
  return (
    <dl class="terms">
      {[...byTaxonomy].map(([taxonomy, terms]) => (
        <div>
          <dt>{taxonomy.charAt(0).toUpperCase() + taxonomy.slice(1)}</dt>
          {terms.map((term) => (
            <dd>
              <a href={term.path}>{term.title}</a>
            </dd>
          ))}
        </div>
      ))}
    </dl>
  )
}
