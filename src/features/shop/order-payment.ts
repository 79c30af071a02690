import * as v from 'valibot'
import { DrowseError } from '../../errors/drowse-error.ts'
import { leftOf, offerOf } from '../../model/stock.ts'
import type { Change } from '../../model/types.ts'
import type { Effect } from '../../protocol/types.ts'
import type { WriteHandler } from '../types.ts'
import { mailsOf } from './order-mails.ts'
import { orderPath } from './order-path.ts'
import { giveBack, stepped, takeStock } from './order-states.ts'
import { type Order, orders } from './order-tables.ts'
import { PROVIDERS } from './providers.ts'
import { stripeMinor } from './stripe-amounts.ts'

const token = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))

/** What the gateway was told by the provider. No form leads here: it comes from a performer, or from a hook whose signature was checked. */
const paymentSchema = v.variant('event', [
  v.object({ event: v.literal('session'), token, url: v.pipe(v.string(), v.startsWith('https://')) }),
  v.object({ event: v.literal('paid'), token, intent: v.nullable(v.string()), amount: v.number(), currency: v.string() }),
  v.object({ event: v.literal('failed'), token }),
  v.object({ event: v.literal('expired'), token }),
  v.object({ event: v.literal('refunded'), number: v.number() }),
  v.object({
    event: v.literal('refund_failed'),
    number: v.number(),
    refund: v.string(),
    amountMinor: v.number(),
    reason: v.string(),
  }),
])

type Payment = v.InferOutput<typeof paymentSchema>

type Outcome = { readonly order: Order; readonly effects: readonly Effect[] }

/** `order.payment`: what became of a payment. What comes late, twice or out of order leads to the same end. */
export const orderPayment: WriteHandler = {
  kind: 'order.payment',
  apply({ change, write, effect }) {
    const payment = v.parse(paymentSchema, write.payload)
    const order = orderOf(change, payment)
    if (order === null || order.provider !== 'stripe') throw new DrowseError('order-refused', 'No order waits for this payment.')
    const outcome = outcomeOf(change, order, payment, write.acceptedAt)
    change.put(orders, outcome.order)
    for (const each of outcome.effects) effect(each)
    if (outcome.order.log.length > order.log.length) for (const mail of mailsOf(change, outcome.order)) effect(mail)
    const { number, state } = outcome.order
    return { ...(outcome.order.token === '' ? {} : { page: orderPath(outcome.order) }), result: { number, state } }
  },
}

/** Buyers and providers know an order by its page's token; of refunds nobody outside tells but by what we told them, and the page may be gone by then. */
function orderOf(change: Change, payment: Payment): Order | null {
  if ('number' in payment) return change.row(orders, String(payment.number))
  const [spot] = change.list(orders.indexes.byToken, payment.token, { limit: 1 })
  return spot ? change.row(orders, spot.key) : null
}

function outcomeOf(change: Change, order: Order, payment: Payment, at: string): Outcome {
  const isOpen = order.state === 'reserved' || order.state === 'awaiting_payment'
  const unchanged = { order, effects: [] }
  switch (payment.event) {
    case 'session': {
      const known: Order = { ...order, payment: { intent: order.payment?.intent ?? null, url: payment.url } }
      if (order.state !== 'reserved') return { order: known, effects: [] }
      return { order: stepped(known, { at, state: 'awaiting_payment', cause: 'provider' }), effects: [] }
    }
    case 'failed':
    case 'expired': {
      if (!isOpen) return unchanged
      giveBack(change, order)
      const state = payment.event === 'failed' ? 'payment_failed' : 'expired'
      return { order: stepped(order, { at, state, cause: 'provider' }), effects: [] }
    }
    case 'paid':
      return order.paidMinor > 0 ? unchanged : paid(change, order, payment, at)
    case 'refunded': {
      if (order.state !== 'paid_but_unavailable') return unchanged
      const amountMinor = order.paidMinor
      const step = { at, state: 'refunded', cause: 'provider', amountMinor } as const
      return { order: stepped(order, step, { refundedMinor: amountMinor }), effects: [] }
    }
    case 'refund_failed':
      return order.log.some(({ refund }) => refund === payment.refund) ? unchanged : refundFailed(order, payment, at)
  }
}

/** The money is still ours: the owner must see to it. */
function refundFailed(order: Order, payment: Extract<Payment, { event: 'refund_failed' }>, at: string): Outcome {
  const { amountMinor, refund, reason } = payment
  const step = { at, state: 'refund_failed', cause: 'provider', amountMinor, refund, reason } as const
  // What goes back because the goods are another's was not counted yet.
  const countedMinor = order.state === 'paid_but_unavailable' ? 0 : amountMinor
  return { order: stepped(order, step, { refundedMinor: Math.max(0, order.refundedMinor - countedMinor) }), effects: [] }
}

/** Money for goods that went back on sale meanwhile buys them if they are still there; else it goes back. */
function paid(
  change: Change,
  order: Order,
  { intent, amount, currency }: Extract<Payment, { event: 'paid' }>,
  at: string,
): Outcome {
  const { currency: own, sums } = order
  if (currency !== own || amount !== stripeMinor(sums.totalMinor, own))
    throw new DrowseError(
      'order-refused',
      `The payment for order ${order.number} is of ${amount} ${currency}, which is not what it comes to.`,
    )
  const money: Partial<Order> = { paidMinor: sums.totalMinor, payment: { url: null, intent } }
  const isHeld = order.state === 'reserved' || order.state === 'awaiting_payment'
  const canBeTaken = order.state !== 'cancelled' && order.lines.every(({ sku, quantity }) => isLeft(change, sku, quantity))
  if (isHeld || canBeTaken) {
    if (!isHeld) takeStock(change, order.lines)
    return { order: stepped(order, { at, state: 'paid', cause: 'provider' }, money), effects: [] }
  }
  const late = stepped(order, { at, state: 'paid_but_unavailable', cause: 'provider' }, money)
  return { order: late, effects: PROVIDERS.stripe.refund(late, sums.totalMinor, 'unavailable') }
}

function isLeft(change: Change, sku: string, quantity: number): boolean {
  const found = offerOf(change, sku)
  const left = found === null ? 0 : leftOf(change, found.offer)
  return left === null || left >= quantity
}
