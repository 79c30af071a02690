import type { EntryView, OfferView, PageView } from 'drowse/theme'
import { raw } from 'hono/html'

/** What search engines are told of a product. Its data is no script: nothing in it runs. */
export function ProductData({ page, entry, offers }: { page: PageView; entry: EntryView; offers: readonly OfferView[] }) {
  if (offers.length === 0) return null
  return <script type="application/ld+json">{raw(product(page, entry, offers))}</script>
}

/** https://schema.org/Product with an Offer for each variant, spelt so that no text can end the element. */
function product(page: PageView, entry: EntryView, offers: readonly OfferView[]): string {
  const value = {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: entry.title,
    description: entry.description === '' ? undefined : entry.description,
    image: page.preview?.url,
    offers: offers.map(({ sku, name, amount, currency, available }) => ({
      '@type': 'Offer',
      sku,
      name: name === '' ? undefined : name,
      price: amount,
      priceCurrency: currency,
      availability: `https://schema.org/${available ? 'InStock' : 'SoldOut'}`,
      url: page.canonical,
    })),
  }
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
}
