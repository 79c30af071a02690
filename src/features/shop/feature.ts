import * as v from 'valibot'
import { flag } from '../../content/common-fields.ts'
import type { EntryType } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import { HTML } from '../../render/content-type.ts'
import { entryLinks, entryView, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { entryOf, entryPages } from '../entry-page.ts'
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
    const props = { page: pageView(context, entry), entry: entryView(context, entry) }
    return { content: await context.template('Product', props), contentType: HTML }
  },
}

const productList: Route = {
  name: 'product-list',
  pages: (read) => (read.count(entries.indexes.byKind, 'product', 1) > 0 ? [{ path: '/products/', argument: null }] : []),
  async render(context) {
    const products = entryLinks(context, context.list(entries.indexes.byFolder, 'product/'))
    const page = pageView(context, { path: context.path, title: 'Shop' })
    return { content: await context.template('ProductList', { page, heading: 'Shop', products }), contentType: HTML }
  },
}

export const shop: Feature = { name: 'shop', entryTypes: [product], routes: [productPage, productList] }
