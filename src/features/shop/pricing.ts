import type { ShippingMethod, ShopConfig } from '../../config/types.ts'
import { decimalsOf } from '../../content/money.ts'
import type { Offer } from '../../content/product-fields.ts'

// All amounts are whole numbers of the currency's smallest units.

export interface LineToPrice {
  readonly offer: Offer
  readonly title: string
  readonly quantity: number
}

export interface PricedLine {
  readonly sku: string
  /** With the variant's name. */
  readonly title: string
  readonly quantity: number
  readonly priceMinor: number
  readonly totalMinor: number
}

/** One rate of tax, and what it comes to: rounded for each line and for the shipping by themselves, half a unit up, and then added. */
export interface TaxSum {
  readonly rate: number
  readonly amountMinor: number
}

export interface Sums {
  readonly subtotalMinor: number
  /** Null where nothing is sent. */
  readonly shipping: { readonly name: string; readonly priceMinor: number } | null
  readonly tax: { readonly name: string; readonly included: boolean; readonly rates: readonly TaxSum[] } | null
  readonly totalMinor: number
}

export function pricedLines(lines: readonly LineToPrice[]): readonly PricedLine[] {
  return lines.map(({ offer, title, quantity }) => ({
    sku: offer.sku,
    title: offer.name === '' ? title : `${title}, ${offer.name}`,
    quantity,
    priceMinor: offer.priceMinor,
    totalMinor: offer.priceMinor * quantity,
  }))
}

/** The ways to send these lines to a country, the cheapest first. Nothing to send: null. */
export function shippingFor(
  lines: readonly LineToPrice[],
  country: string,
  { shipping, currency }: ShopConfig,
): readonly { readonly name: string; readonly priceMinor: number }[] | null {
  const sent = lines.filter(({ offer }) => offer.shipped)
  if (sent.length === 0 || shipping.length === 0) return null
  const weightGrams = sent.reduce((sum, { offer, quantity }) => sum + offer.weightGrams * quantity, 0)
  const worthMinor = lines.reduce((sum, { offer, quantity }) => sum + offer.priceMinor * quantity, 0)
  return shipping
    .flatMap((method) => {
      const priceMinor = priceOf(method, { country, weightGrams, worthMinor, currency })
      return priceMinor === null ? [] : [{ name: method.name, priceMinor }]
    })
    .toSorted((a, b) => a.priceMinor - b.priceMinor)
}

interface Parcel {
  readonly country: string
  readonly weightGrams: number
  readonly worthMinor: number
  readonly currency: string
}

function priceOf(
  { price, freeOver, countries, weights }: ShippingMethod,
  { country, weightGrams, worthMinor, currency }: Parcel,
): number | null {
  if (countries.length > 0 && !countries.includes(country)) return null
  const band = weights.toSorted((a, b) => a.upTo - b.upTo).find(({ upTo }) => weightGrams <= upTo)
  if (weights.length > 0 && band === undefined) return null
  if (freeOver !== null && worthMinor >= settingMinor(freeOver, currency)) return 0
  return settingMinor(band?.price ?? price, currency)
}

/** A price of site.yaml; what has more decimals than the currency is rounded. */
export function settingMinor(price: string, currency: string): number {
  return Math.round(Number(price) * 10 ** decimalsOf(currency))
}

/** What an order comes to. Throws a RangeError for more than can be reckoned with. */
export function sumsOf(lines: readonly LineToPrice[], shipping: Sums['shipping'], { tax }: ShopConfig): Sums {
  const subtotalMinor = lines.reduce((sum, { offer, quantity }) => sum + offer.priceMinor * quantity, 0)
  const shippingMinor = shipping?.priceMinor ?? 0
  // A rate in thousandths of a per cent must be multiplied with it.
  if (!Number.isSafeInteger((subtotalMinor + shippingMinor) * 100_000)) throw new RangeError('The order is too large.')
  if (tax === null) return { subtotalMinor, shipping, tax: null, totalMinor: subtotalMinor + shippingMinor }
  const taxed = [
    ...lines.map(({ offer, quantity }) => ({ rate: offer.tax ?? tax.rate, amountMinor: offer.priceMinor * quantity })),
    ...(shippingMinor === 0 ? [] : [{ rate: tax.rate, amountMinor: shippingMinor }]),
  ]
  const byRate = Map.groupBy(taxed, ({ rate }) => rate)
  const rates = [...byRate]
    .map(([rate, parts]) => ({
      rate,
      amountMinor: parts.reduce((sum, part) => sum + taxOf(part.amountMinor, rate, tax.included), 0),
    }))
    .toSorted((a, b) => b.rate - a.rate)
  const addedMinor = tax.included ? 0 : rates.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const { name, included } = tax
  return { subtotalMinor, shipping, tax: { name, included, rates }, totalMinor: subtotalMinor + shippingMinor + addedMinor }
}

/** The tax in an amount, or upon it. */
function taxOf(amountMinor: number, rate: number, included: boolean): number {
  const thousandths = Math.round(rate * 1000)
  return Math.round((amountMinor * thousandths) / (included ? 100_000 + thousandths : 100_000))
}
