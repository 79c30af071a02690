import type { SiteView, TocItem } from 'drowse/theme'
import { wordsOf } from '../words.ts'

/** The headings of a text, as a list that leads to them. */
export function Toc({ items, site }: { readonly items: readonly TocItem[]; readonly site: SiteView }) {
  if (items.length === 0) return null
  return (
    <nav class="toc" aria-labelledby="toc-title">
      <h2 id="toc-title">{wordsOf(site).onThisPage}</h2>
      <Items items={items} />
    </nav>
  )
}

function Items({ items }: { readonly items: readonly TocItem[] }) {
  return (
    <ol>
      {items.map(({ id, text, items: below }) => (
        <li>
          <a href={`#${id}`}>{text}</a>
          {below.length > 0 && <Items items={below} />}
        </li>
      ))}
    </ol>
  )
}
