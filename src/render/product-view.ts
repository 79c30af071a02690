import { decimalText, moneyText } from '../content/money.ts'
import { type Offer, offersOf } from '../content/product-fields.ts'
import type { Entry } from '../content/types.ts'
import { isAvailable, shopCurrencyOf } from '../model/stock.ts'
import type { Read } from '../model/types.ts'
import type { OfferView } from './views.ts'
import { wordsOf } from './words/words-of.ts'

/** What lists say of a product beside its name. One without a price is available unless it says otherwise. */
export function productView(
  read: Read,
  entry: Entry,
  language: string,
): { readonly price: string | null; readonly available: boolean } {
  const offers = offersOf(entry, read.query(shopCurrencyOf, null))
  const [first] = offers
  if (first === undefined) return { price: null, available: entry.data.available !== false }
  const lowest = Math.min(...offers.map(({ priceMinor }) => priceMinor))
  const price = moneyText(lowest, first.currency, language)
  const isOne = offers.every(({ priceMinor }) => priceMinor === lowest)
  return {
    price: isOne ? price : read.query(wordsOf, language).fromPrice.replace('{price}', () => price),
    available: offers.some(({ sku }) => read.query(isAvailable, sku)),
  }
}

/** The offers of a product as its page shows them. */
export function offerViews(read: Read, entry: Entry, language: string): readonly OfferView[] {
  return offersOf(entry, read.query(shopCurrencyOf, null)).map((offer) => offerView(read, offer, language))
}

function offerView(read: Read, { sku, name, priceMinor, currency }: Offer, language: string): OfferView {
  return {
    sku,
    name,
    price: moneyText(priceMinor, currency, language),
    amount: decimalText(priceMinor, currency),
    currency,
    available: read.query(isAvailable, sku),
  }
}
