import type { ShopConfig } from '../../config/types.ts'
import { settings } from '../../model/site-tables.ts'
import { defineTable } from '../../model/table.ts'
import type { Change, Read } from '../../model/types.ts'
import type { PricedLine, Sums } from './pricing.ts'

/** Where an order is. `reserved`: its goods are taken off the stock. `paid_but_unavailable`: paid when the goods were others' already; the money goes back. `refund_failed`: the provider did not send it back. */
export type OrderState =
  | 'reserved'
  | 'awaiting_payment'
  | 'paid'
  | 'fulfilled'
  | 'partially_refunded'
  | 'refunded'
  | 'expired'
  | 'cancelled'
  | 'payment_failed'
  | 'paid_but_unavailable'
  | 'refund_failed'

/** One step of an order, and why it was taken. */
export interface OrderStep {
  readonly at: string
  readonly state: OrderState
  readonly cause: 'buyer' | 'owner' | 'time' | 'provider'
  /** Of a refund, or of one that failed. */
  readonly amountMinor?: number
  /** With this step the goods were on sale again. */
  readonly restocked?: true
  /** Of a refund that failed: what it was asked for by, and what the provider said. */
  readonly refund?: string
  readonly reason?: string
}

export interface Order {
  /** Counted over the whole site, from 1. */
  readonly number: number
  /** Names its page: 128 bits that follow from the write's unguessable id. */
  readonly token: string
  /** A language tag; null for the site's own. */
  readonly language: string | null
  readonly state: OrderState
  readonly provider: 'invoice' | 'stripe'
  /** Of Stripe's: where to pay, and what the money can be sent back by. */
  readonly payment?: { readonly url: string | null; readonly intent: string | null }
  readonly currency: string
  readonly lines: readonly (PricedLine & { readonly path: string })[]
  readonly sums: Sums
  readonly paidMinor: number
  readonly refundedMinor: number
  /** What is known of the buyer; in no page that readers may see. */
  readonly buyer: {
    readonly name: string
    readonly email: string
    readonly address: string
    readonly postcode: string
    readonly city: string
    readonly country: string
    readonly note: string
  }
  readonly placedAt: string
  /** When an order that nobody paid gives its goods back; null for one that keeps them. */
  readonly heldUntil: string | null
  /** When the page of an order that is over goes; null before. */
  readonly pageUntil: string | null
  readonly log: readonly OrderStep[]
}

const OVER: readonly OrderState[] = ['refunded', 'expired', 'cancelled', 'payment_failed', 'fulfilled']

/** Whether nothing more is expected of it, though money may still come or go. */
export function isOver({ state }: Pick<Order, 'state'>): boolean {
  return OVER.includes(state)
}

/**
 * `byToken` finds an order whose page is there. `all`: in the order of their numbers. `byDue`: when something is to be done without a write. `byEnd`: those that are over and whose buyer
 * is still known, by when that was.
 */
export const orders = defineTable<Order, 'all' | 'byDue' | 'byEnd' | 'byToken'>({
  name: 'orders',
  key: ({ number }) => String(number),
  places: {
    all: ({ number }) => [{ group: '', sort: String(number).padStart(12, '0') }],
    byToken: ({ token }) => (token === '' ? [] : [{ group: token, sort: '' }]),
    byDue: (order) => {
      const due = order.heldUntil ?? order.pageUntil
      return due === null ? [] : [{ group: '', sort: due }]
    },
    byEnd: (order) => (isOver(order) && order.buyer.email !== '' ? [{ group: '', sort: order.log.at(-1)?.at ?? '' }] : []),
  },
})

/** The last number given. No page reads it. */
export const orderNumbers = defineTable<{ readonly name: string; readonly value: number }>({
  name: 'order_numbers',
  key: ({ name }) => name,
})

export function nextOrderNumber(change: Change): number {
  const value = (change.row(orderNumbers, 'orders')?.value ?? 0) + 1
  change.put(orderNumbers, { name: 'orders', value })
  return value
}

const CLOSED: ShopConfig = {
  currency: 'EUR',
  open: false,
  countries: [],
  shipping: [],
  tax: null,
  payment: ['invoice'],
  holdDays: 14,
  forgetDays: null,
  instructions: '',
}

/** How the shop sells. */
export function shopOf(read: Pick<Read, 'row'>): ShopConfig {
  // Written from a checked site.yaml alone.
  const shop = read.row(settings, 'shop')?.value as ShopConfig | undefined
  return { ...CLOSED, ...shop }
}
