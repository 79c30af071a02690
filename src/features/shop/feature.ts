import { productFaults, productFields } from '../../content/product-fields.ts'
import type { EntryType } from '../../content/types.ts'
import { stock } from '../../model/stock.ts'
import type { Table } from '../../model/types.ts'
import type { Feature } from '../types.ts'
import { CATALOGUE_QUERIES, categoryList, productList, productPage } from './catalogue-routes.ts'
import { productFeed } from './product-feed.ts'
import { setStock } from './set-stock.ts'

const product: EntryType = {
  kind: 'product',
  source: 'content/products',
  fields: productFields,
  faults: productFaults,
  path: (slug) => `/products/${slug}/`,
  dated: false,
  outline: '# price: "12.00"\n# currency: EUR\n# stock: 5\n# image: /media/lamp.jpg\n# imageAlt: What the picture shows\n',
}

export const shop: Feature = {
  name: 'shop',
  entryTypes: [product],
  tables: [stock] as unknown as readonly Table<never>[],
  queries: CATALOGUE_QUERIES,
  routes: [productPage, productList, categoryList, productFeed],
  writes: [setStock],
}
