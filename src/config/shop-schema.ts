import * as v from 'valibot'

const currency = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'a currency is three capitals such as `EUR`.'))

/** The key `shop` of site.yaml. */
export const shopSchema = v.object({
  currency: v.optional(currency, 'EUR'),
})

export const SHOP_KEYS: Readonly<Record<string, readonly string[]>> = { shop: ['currency'] }
