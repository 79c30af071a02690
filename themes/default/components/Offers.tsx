import type { OfferView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

/** The variants of a product, with what each costs and whether it can be had; nothing for a product that is all one. */
export function Offers({ offers, site }: { offers: readonly OfferView[]; site: SiteView }) {
  const words = wordsOf(site)
  if (offers.length < 2) return null
  return (
    <ul class="offers" aria-label={words.variants}>
      {offers.map((offer) => (
        <li>
          <span class="offer-name">{offer.name}</span> <span class="offer-price">{offer.price}</span>{' '}
          <span class={offer.available ? 'stock in' : 'stock out'}>{offer.available ? words.available : words.unavailable}</span>
        </li>
      ))}
    </ul>
  )
}
