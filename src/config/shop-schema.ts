import * as v from 'valibot'

const currency = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'a currency is three capitals such as `EUR`.'))

const PRICE = 'a price is a number such as `"4.90"`.'
const price = v.union(
  [v.pipe(v.number(), v.minValue(0, PRICE), v.transform(String)), v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/, PRICE))],
  PRICE,
)

const country = v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, 'a country is two capitals such as `DE`.'))

const grams = v.pipe(v.number(), v.integer('this is a whole number of grams.'), v.minValue(1, 'this is a weight in grams.'))

const method = v.object({
  name: v.pipe(v.string(), v.trim(), v.nonEmpty('a way of shipping needs a name.')),
  price: v.optional(price, '0'),
  freeOver: v.optional(v.nullable(price), null),
  countries: v.optional(v.array(country), []),
  weights: v.optional(v.array(v.object({ upTo: grams, price })), []),
})

const percent = v.pipe(v.number(), v.minValue(0, 'a rate is at least 0.'), v.maxValue(100, 'a rate is at most 100 per cent.'))

const days = v.pipe(
  v.number(),
  v.integer('this is a whole number.'),
  v.minValue(1, 'this is at least a day.'),
  v.maxValue(365, 'this is at most a year.'),
)

const manyDays = v.pipe(
  v.number(),
  v.integer('this is a whole number.'),
  v.minValue(1, 'this is at least a day.'),
  v.maxValue(36_500, 'that is a hundred years.'),
)

/** The key `shop` of site.yaml. */
export const shopSchema = v.object({
  currency: v.optional(currency, 'EUR'),
  open: v.optional(v.boolean(), false),
  countries: v.optional(v.array(country), []),
  shipping: v.optional(v.array(method), []),
  tax: v.optional(
    v.nullable(
      v.object({
        name: v.optional(v.string(), 'VAT'),
        rate: percent,
        included: v.optional(v.boolean(), true),
      }),
    ),
    null,
  ),
  payment: v.optional(v.pipe(v.array(v.picklist(['invoice', 'stripe'])), v.minLength(1, 'name a way to pay.')), ['invoice']),
  holdDays: v.optional(days, 14),
  forgetDays: v.optional(v.nullable(manyDays), null),
  instructions: v.optional(v.pipe(v.string(), v.trim()), ''),
})

export const SHOP_KEYS: Readonly<Record<string, readonly string[]>> = {
  shop: ['currency', 'open', 'countries', 'shipping', 'tax', 'payment', 'holdDays', 'forgetDays', 'instructions'],
  'shop.tax': ['name', 'rate', 'included'],
  'shop.shipping.*': ['name', 'price', 'freeOver', 'countries', 'weights'],
  'shop.shipping.*.weights.*': ['upTo', 'price'],
}
