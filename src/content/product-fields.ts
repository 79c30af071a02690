import * as v from 'valibot'
import type { Json } from '../protocol/types.ts'
import { flag, termNames, textFields } from './common-fields.ts'
import { decimalsOf, minorOf } from './money.ts'
import { slugify } from './slug.ts'
import type { Entry, FieldFault } from './types.ts'

const PRICE = 'a price is a number such as `"12.00"`.'
const price = v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/, PRICE))], PRICE)

const currency = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'a currency is three capitals such as EUR.'))

const sku = v.pipe(
  v.string('an SKU is text: put quotes around it.'),
  v.regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'an SKU has at most 64 letters, digits, dots, dashes and underscores, such as `LAMP-1`.'),
)

const COUNT = 'this is a whole number, such as 3.'
const count = v.pipe(v.number(COUNT), v.integer(COUNT), v.minValue(0, COUNT), v.maxValue(1_000_000, COUNT))

const percent = v.pipe(v.number(), v.minValue(0, 'a rate is at least 0.'), v.maxValue(100, 'a rate is at most 100 per cent.'))

const variant = v.strictObject(
  {
    name: v.pipe(v.string(), v.trim(), v.nonEmpty('a variant needs a name.')),
    sku: v.optional(sku),
    price: v.optional(price),
    stock: v.optional(count),
    weight: v.optional(count),
    available: v.optional(flag),
  },
  'a variant has a `name`, and may have `sku`, `price`, `stock`, `weight` and `available`.',
)

/** What decides what a product offers. What the schema makes of it, it takes again. */
const offerFields = {
  price: v.optional(price),
  currency: v.optional(currency),
  sku: v.optional(sku),
  /** How many the owner has put on sale so far; what was sold is the machine's to know. Left out: as many as people want. */
  stock: v.optional(count),
  variants: v.optional(v.pipe(v.array(variant), v.maxLength(100, 'a product has at most 100 variants.'))),
  /** In grams. */
  weight: v.optional(count),
  /** False for what needs no parcel. */
  shipped: v.optional(flag),
  /** Per cent, in place of the shop's rate. */
  tax: v.optional(percent),
  available: v.optional(flag),
}

/** The front matter of products. */
export const productFields = {
  ...offerFields,
  categories: v.optional(termNames),
  image: v.optional(v.string()),
  imageAlt: v.optional(v.string()),
  order: v.optional(v.number()),
  ...textFields,
}

const productData = v.object(offerFields)

/** One thing that can be ordered: a product, or one of its variants. */
export interface Offer {
  readonly sku: string
  /** The variant's; '' for a product that has none. */
  readonly name: string
  readonly priceMinor: number
  readonly currency: string
  /** How many the owner has put on sale so far; null for no limit. */
  readonly stock: number | null
  readonly weightGrams: number
  readonly shipped: boolean
  /** Per cent; null for the shop's rate. */
  readonly tax: number | null
  /** False where the owner says that it can't be had now. */
  readonly available: boolean
}

/** What a product offers. Without a price it offers nothing; so do prices with more decimals than the currency has. */
export function offersOf({ data, slug, kind }: Pick<Entry, 'data' | 'slug' | 'kind'>, shopCurrency: string): readonly Offer[] {
  const parsed = kind === 'product' ? v.safeParse(productData, data) : null
  if (parsed?.success !== true) return []
  const product = parsed.output
  const of = product.currency ?? shopCurrency
  return variantsOf(product, slug).flatMap((each): Offer[] => {
    const written = each.price ?? product.price
    const priceMinor = written === undefined ? null : minorOf(written, of)
    if (priceMinor === null) return []
    return [
      {
        sku: each.sku,
        name: each.name,
        priceMinor,
        currency: of,
        stock: each.stock ?? product.stock ?? null,
        weightGrams: each.weight ?? product.weight ?? 0,
        shipped: product.shipped !== false,
        tax: product.tax ?? null,
        available: product.available !== false && each.available !== false,
      },
    ]
  })
}

/** The SKUs a product has. */
export function skusOf({ data, slug }: Pick<Entry, 'data' | 'slug'>): readonly string[] {
  const parsed = v.safeParse(productData, data)
  return parsed.success ? variantsOf(parsed.output, slug).map((each) => each.sku) : []
}

type ProductData = v.InferOutput<typeof productData>
type Variant = Partial<v.InferOutput<typeof variant>> & { readonly name: string; readonly sku: string }

/** A product's variants, each with an SKU: its own, else the product's and its name. A product without any is its only one. */
function variantsOf({ variants, sku: own }: ProductData, slug: string): readonly Variant[] {
  const base = own ?? slug.replaceAll('/', '.')
  if (variants === undefined || variants.length === 0) return [{ name: '', sku: base }]
  return variants.map((each, index) => ({ ...each, sku: each.sku ?? `${base}-${slugify(each.name) || index + 1}` }))
}

/** What is wrong with a product although each of its fields is right. */
export function productFaults(data: { readonly [key: string]: Json }): readonly FieldFault[] {
  const parsed = v.safeParse(productData, data)
  if (!parsed.success) return []
  const { price: own, currency: of, variants = [] } = parsed.output
  const prices = [
    ...(own === undefined ? [] : [{ path: ['price'], value: own }]),
    ...variants.flatMap((each, index) =>
      each.price === undefined ? [] : [{ path: ['variants', index, 'price'], value: each.price }],
    ),
  ]
  const faults: FieldFault[] = []
  if (of !== undefined)
    for (const { path, value } of prices)
      if (minorOf(value, of) === null) faults.push({ path, message: `${of} has ${decimalsOf(of)} decimals.` })
  if (own === undefined)
    for (const [index, each] of variants.entries())
      if (each.price === undefined)
        faults.push({ path: ['variants', index], message: 'neither the variant nor the product has a price.' })
  const seen = new Set<string>()
  for (const [index, { sku: name }] of variantsOf(parsed.output, '').entries()) {
    if (seen.has(name)) faults.push({ path: ['variants', index], message: 'another variant has the same SKU.' })
    seen.add(name)
  }
  return faults
}
