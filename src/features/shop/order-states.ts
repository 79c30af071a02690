import { DrowseError } from '../../errors/drowse-error.ts'
import { movedOf, stock } from '../../model/stock.ts'
import type { Change } from '../../model/types.ts'
import { isOver, type Order, type OrderState, type OrderStep, orders, shopOf } from './order-tables.ts'

/** How long the page of an order stays after it is over. */
const PAGE_DAYS = 90
const DAY_MS = 86_400_000

/** What may follow upon what. */
const NEXT: Readonly<Record<OrderState, readonly OrderState[]>> = {
  reserved: ['awaiting_payment', 'cancelled', 'expired'],
  // Paid on delivery, an order is sent first.
  awaiting_payment: ['paid', 'fulfilled', 'cancelled', 'expired'],
  paid: ['fulfilled', 'partially_refunded', 'refunded'],
  // `paid` then keeps the state and notes the money.
  fulfilled: ['paid', 'partially_refunded', 'refunded'],
  partially_refunded: ['fulfilled', 'partially_refunded', 'refunded'],
  // It can be tried again, or the money sent by another way.
  refund_failed: ['fulfilled', 'partially_refunded', 'refunded'],
  refunded: [],
  expired: [],
  cancelled: [],
  payment_failed: [],
  // Its refund is under way.
  paid_but_unavailable: [],
}

/** Throws `order-refused`. */
export function checkStep({ number, state, paidMinor }: Order, to: OrderState): void {
  const isPaidTwice = to === 'paid' && paidMinor > 0
  if (NEXT[state].includes(to) && !isPaidTwice) return
  throw new DrowseError('order-refused', `Order ${number} is ${named(state)}, so it can’t become ${named(to)}.`, {
    hint: to === 'cancelled' && state === 'paid' ? 'Refund it instead.' : undefined,
  })
}

function named(state: OrderState): string {
  return state.replaceAll('_', ' ')
}

/** The order one step on; nothing else is changed. An order that is over loses its page after a while. */
export function stepped(order: Order, step: OrderStep, changes: Partial<Order> = {}): Order {
  const { heldUntil } = order
  const isHeld = step.state === 'reserved' || step.state === 'awaiting_payment'
  const pageUntil = isOver(step) ? new Date(Date.parse(step.at) + PAGE_DAYS * DAY_MS).toISOString() : null
  return { ...order, state: step.state, heldUntil: isHeld ? heldUntil : null, pageUntil, log: [...order.log, step], ...changes }
}

/** Takes these off the stock: of what has no limit too, so that what comes back later was taken before. */
export function takeStock(change: Change, lines: Order['lines']): void {
  for (const { sku, quantity } of lines) change.put(stock, { sku, moved: movedOf(change, sku) - quantity })
}

/** Puts what an order had taken on sale again. */
export function giveBack(change: Change, { lines }: Order): void {
  for (const { sku, quantity } of lines) change.put(stock, { sku, moved: movedOf(change, sku) + quantity })
}

/** Whether the goods of an order are off the stock, as its log tells. */
export function holdsGoods({ log }: Pick<Order, 'log'>): boolean {
  return log.reduce((holds, { state, restocked }) => {
    if (restocked === true || GIVES_BACK.includes(state)) return false
    return holds || state === 'reserved' || state === 'paid'
  }, false)
}

const GIVES_BACK: readonly OrderState[] = ['expired', 'cancelled', 'payment_failed']

/** When the next hold runs out, page goes or buyer is forgotten. */
export function nextOrderDue(read: Pick<Change, 'row' | 'list'>): string | null {
  const due = firstDue(read)
  const forgotten = firstForgotten(read)
  const times = [due?.heldUntil ?? due?.pageUntil, forgotten?.at].filter((time) => time != null)
  return times.toSorted()[0] ?? null
}

function firstDue(read: Pick<Change, 'row' | 'list'>): Order | null {
  const [spot] = read.list(orders.indexes.byDue, '', { limit: 1 })
  return spot ? read.row(orders, spot.key) : null
}

/** The buyer who is to be forgotten next, and when. */
function firstForgotten(read: Pick<Change, 'row' | 'list'>): { readonly order: Order; readonly at: string } | null {
  const { forgetDays } = shopOf(read)
  const [spot] = forgetDays === null ? [] : read.list(orders.indexes.byEnd, '', { limit: 1 })
  const order = spot ? read.row(orders, spot.key) : null
  const endedAt = order?.log.at(-1)?.at
  if (forgetDays === null || order === null || endedAt === undefined) return null
  return { order, at: new Date(Date.parse(endedAt) + forgetDays * DAY_MS).toISOString() }
}

const NOBODY: Order['buyer'] = { name: '', email: '', address: '', postcode: '', city: '', country: '', note: '' }

/** Lets holds that nobody paid for run out, telling of each, takes the pages of old orders down, and forgets who bought what was long ago. */
export function passOrders(change: Change, now: string, expired: (order: Order) => void): void {
  for (let order = firstDue(change); order !== null; order = firstDue(change)) {
    const due = order.heldUntil ?? order.pageUntil
    if (due === null || due > now) break
    if (order.heldUntil === null) change.put(orders, { ...order, pageUntil: null, token: '' })
    else {
      giveBack(change, order)
      const over = stepped(order, { at: due, state: 'expired', cause: 'time' })
      change.put(orders, over)
      expired(over)
    }
  }
  for (let next = firstForgotten(change); next !== null && next.at <= now; next = firstForgotten(change))
    change.put(orders, { ...next.order, buyer: NOBODY })
}
