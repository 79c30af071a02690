import type { Change } from '../../model/types.ts'
import type { Effect, Json } from '../../protocol/types.ts'
import { languageTag, textSetting } from '../../render/page-view.ts'
import { orderPath } from './order-path.ts'
import { stepped } from './order-states.ts'
import { type Order, shopOf } from './order-tables.ts'
import { stripeMinor } from './stripe-amounts.ts'

/** A way to be paid: what an order that was just reserved waits for, and how its money goes back. */
export interface Provider {
  /** The order as it stands at the end of the write that placed it, and what has to be done outside. `order` is reserved and held by nobody yet. */
  place(change: Change, order: Order): { readonly order: Order; readonly effects: readonly Effect[] }
  /** What sends money back. `reason` tells two refunds of one order apart. */
  refund(order: Order, amountMinor: number, reason: string): readonly Effect[]
}

const DAY_MS = 86_400_000
/** Stripe lets a session run out after half an hour at the earliest. */
const SESSION_MS = 3_600_000

/** Paid by transfer or on delivery; the owner says when, and sends back what is to go back. */
const invoice: Provider = {
  place(change, order) {
    const heldUntil = after(order.placedAt, shopOf(change).holdDays * DAY_MS)
    return {
      order: stepped({ ...order, heldUntil }, { at: order.placedAt, state: 'awaiting_payment', cause: 'buyer' }),
      effects: [],
    }
  },
  refund: () => [],
}

/** Paid by Stripe Checkout: https://docs.stripe.com/payments/checkout. The gateway makes the session, and tells the machine what becomes of it by `order.payment`. */
const stripe: Provider = {
  place(change, order) {
    const heldUntil = after(order.placedAt, SESSION_MS)
    const effect: Effect = { id: `${idOf(order)}/session`, kind: 'stripe.session', payload: sessionOf(change, order, heldUntil) }
    return { order: { ...order, heldUntil, payment: { url: null, intent: null } }, effects: [effect] }
  },
  refund(order, amountMinor, reason) {
    const intent = order.payment?.intent ?? null
    if (intent === null) return []
    const payload = { number: order.number, intent, amount: stripeMinor(amountMinor, order.currency), amountMinor }
    return [{ id: `${idOf(order)}/refund/${reason}`, kind: 'stripe.refund', payload }]
  },
}

export const PROVIDERS: Readonly<Record<Order['provider'], Provider>> = { invoice, stripe }

function idOf({ number, placedAt }: Order): string {
  return `order/${number}/${placedAt}`
}

function after(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString()
}

/** What the session is of: the lines, then shipping and added taxes as lines of their own. Prices are the machine's. */
function sessionOf(change: Change, order: Order, expiresAt: string): Json {
  const { lines, sums, currency, token, number, buyer, language } = order
  const of = (name: string, amountMinor: number, quantity = 1) => ({ name, amount: stripeMinor(amountMinor, currency), quantity })
  const { shipping, tax } = sums
  const added =
    tax === null || tax.included ? [] : tax.rates.map(({ rate, amountMinor }) => of(`${tax.name} ${rate} %`, amountMinor))
  const all = [
    ...lines.map(({ title, priceMinor, quantity }) => of(title, priceMinor, quantity)),
    ...(shipping === null ? [] : [of(shipping.name, shipping.priceMinor)]),
    ...added,
  ]
  return {
    token,
    number,
    currency: currency.toLowerCase(),
    lines: all.filter(({ amount }) => amount > 0),
    email: buyer.email,
    language: languageTag(change, language),
    url: `${textSetting(change, 'url')}${orderPath(order)}`,
    expiresAt,
  }
}
