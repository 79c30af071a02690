import { hash } from 'node:crypto'
import * as v from 'valibot'
import type { ShopConfig } from '../../config/types.ts'
import { decimalText } from '../../content/money.ts'
import { DrowseError } from '../../errors/drowse-error.ts'
import { inEnglish, saying } from '../../errors/words/say.ts'
import type { Saying } from '../../errors/words/types.ts'
import { leftOf, offerIn, offerOf } from '../../model/stock.ts'
import type { Change } from '../../model/types.ts'
import type { Problem } from '../../protocol/types.ts'
import { languagesOf } from '../../render/page-view.ts'
import type { WriteHandler } from '../types.ts'
import { mailsOf } from './order-mails.ts'
import { orderPath } from './order-path.ts'
import { type OrderPayload, orderSchema } from './order-payload.ts'
import { stepped, takeStock } from './order-states.ts'
import { nextOrderNumber, type Order, orders, shopOf } from './order-tables.ts'
import { type LineToPrice, pricedLines, type Sums, shippingFor, sumsOf } from './pricing.ts'
import { PROVIDERS, type Provider } from './providers.ts'

type OrderedLine = LineToPrice & { readonly path: string }

/** `order.create`: takes what is ordered off the stock and keeps it for the buyer, in one transaction; of what is not left, nothing is taken. */
export const placeOrder: WriteHandler = {
  kind: 'order.create',
  apply({ change, write, effect }) {
    const payload = v.parse(orderSchema, write.payload)
    const shop = shopOf(change)
    if (!shop.open) throw new DrowseError('order-refused', saying('shopClosed'))
    const language = languageOf(change, payload)
    const provider = payload.payment === '' ? (shop.payment[0] ?? 'invoice') : payload.payment
    if (!shop.payment.includes(provider)) throw new DrowseError('form-invalid', saying('cantPayBy', { provider }))
    const lines = linesOf(change, payload, shop)
    checkAddress(lines, payload, shop)
    const sums = sumsWith(lines, shippingOf(lines, payload, shop), shop)
    const { name, email, address, postcode, city, country, note } = payload
    const priced = pricedLines(lines).map((line, index) => ({ ...line, path: lines[index]?.path ?? '' }))
    takeStock(change, priced)
    const at = write.acceptedAt
    const placed: Order = {
      number: nextOrderNumber(change),
      token: hash('sha256', `drowse-order ${write.id}`).slice(0, 32),
      language,
      state: 'reserved',
      provider,
      currency: shop.currency,
      lines: priced,
      sums,
      paidMinor: 0,
      refundedMinor: 0,
      buyer: { name, email, address, postcode, city, country, note },
      placedAt: at,
      heldUntil: null,
      pageUntil: null,
      log: [{ at, state: 'reserved', cause: 'buyer' }],
    }
    const { order, effects } = sums.totalMinor === 0 ? free(placed) : PROVIDERS[provider].place(change, placed)
    change.put(orders, order)
    for (const each of [...effects, ...mailsOf(change, order)]) effect(each)
    const { number, currency } = order
    const total = `${decimalText(sums.totalMinor, currency)} ${currency}`
    return { page: orderPath(order), result: { number, total } }
  },
}

/** What costs nothing is paid with that. */
function free(order: Order): ReturnType<Provider['place']> {
  return { order: stepped(order, { at: order.placedAt, state: 'paid', cause: 'buyer' }), effects: [] }
}

function languageOf(change: Change, { language }: OrderPayload): string | null {
  if (language === '') return null
  const found = languagesOf(change).find((tag) => tag === language)
  if (found !== undefined) return found
  throw new DrowseError('form-invalid', saying('languageUnknown', { language }))
}

/** What is ordered, each SKU once. Throws `out-of-stock` for all that can't be had at once. */
function linesOf(change: Change, { lines, language }: OrderPayload, { currency }: ShopConfig): readonly OrderedLine[] {
  const quantities = new Map<string, number>()
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity)
  const problems: Problem[] = []
  const found = [...quantities].flatMap(([sku, quantity]): OrderedLine[] => {
    const known = offerOf(change, sku)
    const left = known === null ? 0 : leftOf(change, known.offer)
    if (known === null || !isSold(known) || (left !== null && left < quantity)) {
      problems.push(missing(sku, known?.entry.title, known !== null && isSold(known) ? (left ?? 0) : 0))
      return []
    }
    // What the buyer has read, price and all; the stock is that of the SKU.
    const { entry, offer } = language === '' ? known : (offerIn(change, sku, language) ?? known)
    if (offer.currency !== currency) {
      throw new DrowseError('form-invalid', saying('otherCurrency', { title: entry.title, currency }))
    }
    return [{ offer, title: entry.title, path: entry.path, quantity }]
  })
  if (problems.length === 0) return found
  throw new DrowseError('out-of-stock', saying('notAllLeft'), {
    hint: saying('notAllLeftHint'),
    details: { problems },
  })
}

/** Not what is sold elsewhere: its page leads there. */
function isSold({ entry, offer }: NonNullable<ReturnType<typeof offerOf>>): boolean {
  return offer.available && entry.data.buy === undefined
}

function missing(sku: string, title: string | undefined, left: number): Problem {
  const what = title === undefined ? `“${sku}”` : `${title} (${sku})`
  const said = left === 0 ? saying('soldOut', { what }) : saying('left', { what, count: left })
  return { where: `n-${sku}`, rule: 'shop/out-of-stock', message: inEnglish(said), saying: said, severity: 'error' }
}

/** Throws `form-invalid` where something is to be sent and nobody says where to. */
function checkAddress(lines: readonly LineToPrice[], { address, city, country }: OrderPayload, { countries }: ShopConfig): void {
  if (!lines.some(({ offer }) => offer.shipped)) return
  const problems = [
    ...(address === '' ? [fieldProblem('address', saying('whereTo'))] : []),
    ...(city === '' ? [fieldProblem('city', saying('townWanted'))] : []),
    ...(countries.length > 0 && !countries.includes(country)
      ? [fieldProblem('country', saying('countryWanted', { countries: countries.join(', ') }))]
      : []),
  ]
  if (problems.length > 0) throw new DrowseError('form-invalid', saying('orderNotYet'), { details: { problems } })
}

function fieldProblem(where: string, said: Saying): Problem {
  return { where, rule: 'form/invalid', message: inEnglish(said), saying: said, severity: 'error' }
}

function shippingOf(lines: readonly LineToPrice[], { country, shipping }: OrderPayload, shop: ShopConfig): Sums['shipping'] {
  const ways = shippingFor(lines, country, shop)
  if (ways === null) return null
  const way = shipping === '' ? ways[0] : ways.find(({ name }) => name === shipping)
  if (way !== undefined) return way
  const others = ways.map(({ name }) => name).join(', ')
  throw new DrowseError('form-invalid', shipping === '' ? saying('cantBeSentThere') : saying('cantBeSentBy', { shipping }), {
    hint: others === '' ? saying('otherCountry') : saying('otherWays', { ways: others }),
  })
}

function sumsWith(lines: readonly LineToPrice[], shipping: Sums['shipping'], shop: ShopConfig): Sums {
  try {
    return sumsOf(lines, shipping, shop)
  } catch (cause) {
    if (cause instanceof RangeError) throw new DrowseError('form-invalid', saying('orderLarge'), { cause })
    throw cause
  }
}
