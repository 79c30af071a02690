import { productFaults, productFields } from '../../content/product-fields.ts'
import type { EntryType } from '../../content/types.ts'
import { stock } from '../../model/stock.ts'
import type { Table } from '../../model/types.ts'
import type { Feature } from '../types.ts'
import { CATALOGUE_QUERIES, categoryList, productList, productPage } from './catalogue-routes.ts'
import { mailsOf } from './order-mails.ts'
import { cart, ORDER_QUERIES, orderFiles, orderPage } from './order-routes.ts'
import { nextOrderDue, passOrders } from './order-states.ts'
import { orderNumbers, orders } from './order-tables.ts'
import { productFeed } from './product-feed.ts'

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
  tables: [stock, orders, orderNumbers] as unknown as readonly Table<never>[],
  queries: [...CATALOGUE_QUERIES, ...ORDER_QUERIES],
  routes: [productPage, productList, categoryList, productFeed, cart, orderPage, orderFiles],
  timed: {
    due: nextOrderDue,
    pass({ change, now, effect }) {
      passOrders(change, now, (order) => {
        for (const mail of mailsOf(change, order)) effect(mail)
      })
    },
  },
}
