import { type Offer, offersOf } from '../content/product-fields.ts'
import type { Entry } from '../content/types.ts'
import { entries, settings } from './site-tables.ts'
import { defineQuery, defineTable } from './table.ts'
import type { Query, Read } from './types.ts'

/**
 * What the machine knows of an SKU: by how many it has moved away from what the front matter says. What is ordered is taken off, what comes back is added. So the
 * front matter’s `stock` is how many the owner has ever put on sale: raised by five, there are five more to sell, whatever was sold meanwhile.
 */
export interface Stock {
  readonly sku: string
  readonly moved: number
}

export const stock = defineTable<Stock>({ name: 'stock', key: ({ sku }) => sku })

/** A read that is recorded, or one of a write. */
type Look = Pick<Read, 'row' | 'list'>

/** The currency of products that name none. */
export const shopCurrencyOf = defineQuery<null, string>('shop-currency', (read) => shopCurrency(read))

/** The same for a write, or for a query. */
export function shopCurrency(read: Pick<Read, 'row'>): string {
  const shop = read.row(settings, 'shop')?.value
  const currency = typeof shop === 'object' && shop !== null && 'currency' in shop ? shop.currency : null
  return typeof currency === 'string' ? currency : 'EUR'
}

/** What an SKU stands for: of several products that have it, the one in the site’s own language, or else the first. */
export function offerOf(read: Look, sku: string): { readonly entry: Entry; readonly offer: Offer } | null {
  const [spot] = read.list(entries.indexes.bySku, sku, { limit: 1 })
  const entry = spot ? read.row(entries, spot.key) : null
  const offer = entry && offersOf(entry, shopCurrency(read)).find((each) => each.sku === sku)
  return entry && offer ? { entry, offer } : null
}

/** The same in one language, for its words; null where nobody translated it. */
export function offerIn(read: Look, sku: string, language: string): ReturnType<typeof offerOf> {
  for (const { key } of read.list(entries.indexes.bySku, sku)) {
    const entry = read.row(entries, key)
    const offer = entry?.language === language ? offersOf(entry, shopCurrency(read)).find((each) => each.sku === sku) : undefined
    if (entry && offer) return { entry, offer }
  }
  return null
}

/** How many are left to sell, 0 at least; null for no limit. */
export function leftOf(read: Pick<Read, 'row'>, { sku, stock: put }: Pick<Offer, 'sku' | 'stock'>): number | null {
  return put === null ? null : Math.max(0, put + movedOf(read, sku))
}

export function movedOf(read: Pick<Read, 'row'>, sku: string): number {
  return read.row(stock, sku)?.moved ?? 0
}

/** Whether an SKU can be ordered now. Pages depend on this and not on the number. */
export const isAvailable = defineQuery<string, boolean>('is-available', (read, sku) => {
  const found = offerOf(read, sku)
  return found?.offer.available === true && leftOf(read, found.offer) !== 0
})

export const STOCK_QUERIES = [isAvailable, shopCurrencyOf] as unknown as readonly Query[]
