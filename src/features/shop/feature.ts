import * as v from 'valibot'
import { flag, textFields } from '../../content/common-fields.ts'
import { prefixOf } from '../../content/place.ts'
import type { EntryType } from '../../content/types.ts'
import { entries, inLanguage } from '../../model/site-tables.ts'
import type { Read } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { alternatesOf, entryLinks, entryView, languagesOf, languageTag, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { entryOf, entryPages, headOf } from '../entry-page.ts'
import type { Feature } from '../types.ts'

const product: EntryType = {
  kind: 'product',
  source: 'content/products',
  fields: {
    price: v.optional(
      v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/, 'A price is a number such as "12.00".'))]),
    ),
    currency: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'A currency is three capitals such as EUR.'))),
    sku: v.optional(v.string()),
    image: v.optional(v.string()),
    imageAlt: v.optional(v.string()),
    available: v.optional(flag),
    order: v.optional(v.number()),
    ...textFields,
  },
  path: (slug) => `/products/${slug}/`,
  dated: false,
  outline: '# price: "12.00"\n# currency: EUR\n# image: /media/lamp.jpg\n# imageAlt: What the picture shows\n',
}

const productPage: Route = {
  name: 'product',
  over: { table: entries.name, keyPrefix: 'product/' },
  pages: entryPages,
  async render(context, argument) {
    const entry = entryOf(context, argument)
    const props = { page: pageView(context, headOf(entry)), entry: entryView(context, entry) }
    return { content: await context.template('Product', props), contentType: HTML }
  },
}

const productList: Route = {
  name: 'product-list',
  pages: (read) =>
    languagesOf(read)
      .filter((language) => hasProducts(read, language))
      .map((language) => ({ path: `${prefixOf(language)}/products/`, argument: language })),
  async render(context, argument) {
    const language = typeof argument === 'string' ? argument : null
    const products = entryLinks(context, context.list(entries.indexes.byFolder, inLanguage(language, 'product/')))
    const heading = context.query(wordsOf, languageTag(context, language)).products
    const alternates = alternatesOf(context, '/products/', (other) => hasProducts(context, other))
    const page = pageView(context, { path: context.path, title: heading, language, alternates })
    return { content: await context.template('ProductList', { page, heading, products }), contentType: HTML }
  },
}

function hasProducts(read: Read, language: string | null): boolean {
  return read.count(entries.indexes.byKind, inLanguage(language, 'product'), 1) > 0
}

export const shop: Feature = { name: 'shop', entryTypes: [product], routes: [productPage, productList] }
