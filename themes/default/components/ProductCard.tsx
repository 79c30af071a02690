import type { EntryLinkView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'
import { Picture } from './Picture.tsx'
import { Stock } from './Stock.tsx'

/** A product on the shelf: picture, name, price, whether it can be had, one button. */
export function ProductCard({ entry, site, level = 2 }: { entry: EntryLinkView; site: SiteView; level?: 2 | 3 }) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <article class="product-card h-product">
      <div class="product-picture">
        {entry.image !== null && <Picture image={entry.image} className="u-photo" sizes="(min-width: 40rem) 20rem, 100vw" />}
      </div>
      <Heading class="p-name">{entry.title}</Heading>
      {entry.description !== '' && <p class="p-summary">{entry.description}</p>}
      <p class="product-terms">
        {entry.price !== null && <strong class="p-price">{entry.price}</strong>} <Stock entry={entry} site={site} />
      </p>
      <a
        class={entry.available === false ? 'see u-url' : 'button u-url'}
        href={entry.path}
        aria-label={`${wordsOf(site).see}: ${entry.title}`}
      >
        {wordsOf(site).see}
      </a>
    </article>
  )
}
