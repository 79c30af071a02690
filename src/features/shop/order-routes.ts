import { decimalText, moneyText } from '../../content/money.ts'

import { prefixOf } from '../../content/place.ts'
import type { Entry } from '../../content/types.ts'
import { entries, inLanguage } from '../../model/site-tables.ts'

import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { alternatesOf, languagesOf, languageTag, pageView } from '../../render/page-view.ts'
import { offerViews } from '../../render/product-view.ts'
import type { Route } from '../../render/types.ts'
import type { LinkView, OfferView, OrderFormView } from '../../render/views.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { orderPath } from './order-path.ts'
import { orders, shopOf } from './order-tables.ts'
import { orderView } from './order-view.ts'
import { settingMinor } from './pricing.ts'

/** So many are listed on the page that takes several at once. */
const CART_LENGTH = 100
/** Orders in one of the owner's files. */
const FILE_LENGTH = 100

const isOpen = defineQuery<null, boolean>('shop-is-open', (read) => shopOf(read).open)

/** Where the cart of a language is: nowhere if the shop takes no orders, or if a page of the owner's own is in its place. */
const cartPath = defineQuery<string | null, string | null>('cart-path', (read, language) => {
  const path = `${prefixOf(language)}/cart/`
  const hasProducts = read.count(entries.indexes.byKind, inLanguage(language, 'product'), 1) > 0
  if (!hasProducts || !read.query(isOpen, null)) return null
  return read.list(entries.indexes.byPath, path, { limit: 1 }).length === 0 ? path : null
})

export const ORDER_QUERIES = [isOpen, cartPath] as unknown as readonly Query[]

/** The form on a product's page: null where the shop takes no orders, for what can't be had, and for what is ordered elsewhere. */
export function productForm(read: Read, entry: Entry, offers: readonly OfferView[]): OrderFormView | null {
  if (entry.data.buy !== undefined || !read.query(isOpen, null)) return null
  const { currency } = shopOf(read)
  const canBeHad = offers.some((offer) => offer.available && offer.currency === currency)
  return canBeHad
    ? formView(read, { path: entry.path, language: entry.language, hasAddress: entry.data.shipped !== false })
    : null
}

function formView(
  read: Read,
  { path, language, hasAddress }: { readonly path: string; readonly language: string | null; readonly hasAddress: boolean },
): OrderFormView {
  const { countries, shipping, currency, payment } = shopOf(read)
  const tag = languageTag(read, language)
  const names = new Intl.DisplayNames([tag], { type: 'region' })
  const price = (text: string) => moneyText(settingMinor(text, currency), currency, tag)
  return {
    action: '/-/order.create',
    page: path,
    language: language ?? '',
    cart: read.query(cartPath, language),
    countries: hasAddress ? countries.map((code) => ({ code, name: names.of(code) ?? code })) : [],
    shipping:
      hasAddress && shipping.length > 1
        ? shipping.map((method) => ({ name: method.name, price: price(method.weights[0]?.price ?? method.price) }))
        : [],
    payment: payment.length > 1 ? payment : [],
    hasAddress,
  }
}

export const cart: Route = {
  name: 'cart',
  pages: (read) =>
    languagesOf(read).flatMap((language) => {
      const path = read.query(cartPath, language)
      return path === null ? [] : [{ path, argument: language }]
    }),
  async render(context, argument) {
    const language = typeof argument === 'string' ? argument : null
    const tag = languageTag(context, language)
    const { currency } = shopOf(context)
    const spots = context.list(entries.indexes.byFolder, inLanguage(language, 'product/'))
    const offers: (OfferView & LinkView)[] = []
    for (const { key } of spots) {
      if (offers.length >= CART_LENGTH) break
      const entry = context.row(entries, key)
      if (entry === null || entry.data.buy !== undefined) continue
      const had = offerViews(context, entry, tag).filter((offer) => offer.available && offer.currency === currency)
      offers.push(...had.map((offer) => ({ ...offer, title: entry.title, path: entry.path })))
    }
    const heading = context.query(wordsOf, tag).cart
    const alternates = alternatesOf(context, '/cart/', (other) => context.query(cartPath, other) !== null)
    const page = pageView(context, { path: context.path, title: heading, language, alternates })
    const form = formView(context, { path: context.path, language, hasAddress: true })
    const content = await context.template('Cart', { page, heading, offers: offers.slice(0, CART_LENGTH), form })
    return { content, contentType: HTML }
  },
}

/** An order's own page, at an address that only its buyer knows. */
export const orderPage: Route = {
  name: 'order',
  over: { table: orders.name },
  pages(read, key) {
    const order = read.row(orders, key)
    return order === null || order.token === '' ? [] : [{ path: orderPath(order), argument: key }]
  },
  async render(context, argument) {
    const order = context.row(orders, String(argument))
    if (order === null) throw new Error(`The order ${String(argument)} is gone.`)
    const tag = languageTag(context, order.language)
    const words = context.query(wordsOf, tag)
    const heading = words.orderNumber.replace('{number}', String(order.number))
    const page = pageView(context, { path: context.path, title: heading, language: order.language, unlisted: true })
    const content = await context.template('Order', {
      page,
      heading,
      order: orderView(order, shopOf(context).instructions, words, tag),
    })
    return { content, contentType: HTML }
  },
}

/** All orders with all that is known of them, for the owner alone: a file for each hundred, so that an order changes one of them. */
export const orderFiles: Route = {
  name: 'order-files',
  pages: (read) =>
    Array.from({ length: Math.ceil(read.count(orders.indexes.all, '') / FILE_LENGTH) }, (_, index) => ({
      path: `/private/orders/${index + 1}.json`,
      argument: index,
    })),
  render(context, argument) {
    const spots = context.list(orders.indexes.all, '', { skip: Number(argument) * FILE_LENGTH, limit: FILE_LENGTH })
    const rows = spots.flatMap(({ key }) => context.row(orders, key) ?? [])
    const told = rows.map((order) => ({
      number: order.number,
      state: order.state,
      provider: order.provider,
      placedAt: order.placedAt,
      heldUntil: order.heldUntil,
      page: order.token === '' ? null : orderPath(order),
      currency: order.currency,
      total: decimalText(order.sums.totalMinor, order.currency),
      paid: decimalText(order.paidMinor, order.currency),
      refunded: decimalText(order.refundedMinor, order.currency),
      shipping: order.sums.shipping?.name ?? '',
      lines: order.lines.map(({ sku, title, quantity, totalMinor }) => ({
        sku,
        title,
        quantity,
        total: decimalText(totalMinor, order.currency),
      })),
      buyer: order.buyer,
      log: order.log,
    }))
    return { content: `${JSON.stringify(told)}\n`, contentType: 'application/json' }
  },
}
