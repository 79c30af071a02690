import type { Json } from '../protocol/types.ts'

/** A product's `price` ("12.00" or 12) and `currency` (ISO 4217, EUR if absent) as the language writes it; null without a price. */
export function priceOf(data: { readonly [key: string]: Json }, language: string): string | null {
  const { price, currency } = data
  const amount = typeof price === 'number' ? price : typeof price === 'string' && price.trim() !== '' ? Number(price) : Number.NaN
  if (!Number.isFinite(amount)) return null
  const code = typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? currency : 'EUR'
  return new Intl.NumberFormat(language, { style: 'currency', currency: code }).format(amount)
}
