import * as v from 'valibot'
import { decimalText, minorOf } from '../../content/money.ts'
import { DrowseError } from '../../errors/drowse-error.ts'
import type { Change } from '../../model/types.ts'
import type { WriteHandler } from '../types.ts'
import { mailsOf } from './order-mails.ts'
import { orderPath } from './order-path.ts'
import { moveSchema } from './order-payload.ts'
import { checkStep, giveBack, holdsGoods, stepped } from './order-states.ts'
import { type Order, orders } from './order-tables.ts'
import { isOwed } from './order-view.ts'
import { PROVIDERS } from './providers.ts'

type Move = v.InferOutput<typeof moveSchema>

/** `order.move`: what the owner has done with an order. By it Stripe sends money back; other money is moved at the bank. */
export const moveOrder: WriteHandler = {
  kind: 'order.move',
  apply({ change, write, effect }) {
    const move = v.parse(moveSchema, write.payload)
    const order = change.row(orders, String(move.number))
    if (order === null) throw new DrowseError('order-refused', `There is no order ${move.number}.`)
    const moved =
      move.to === 'refunded' ? refunded(change, order, move, write.acceptedAt) : moveTo(change, order, move, write.acceptedAt)
    change.put(orders, moved)
    for (const mail of mailsOf(change, moved)) effect(mail)
    const back = moved.refundedMinor - order.refundedMinor
    if (back > 0) for (const each of PROVIDERS[moved.provider].refund(moved, back, String(moved.log.length))) effect(each)
    const { number, state } = moved
    return { ...(moved.token === '' ? {} : { page: orderPath(moved) }), result: { number, state } }
  },
}

function moveTo(change: Change, order: Order, { to, amount, restock }: Move, at: string): Order {
  checkStep(order, to)
  if (to === 'paid' && order.provider === 'stripe')
    throw new DrowseError('order-refused', `Order ${order.number} is paid by Stripe, which says so itself.`)
  if (to === 'fulfilled' && order.provider === 'stripe' && isOwed(order))
    throw new DrowseError('order-refused', `Order ${order.number} is not paid yet, and may still be.`, {
      hint: 'Send it once Stripe says that it is paid.',
    })
  if (amount !== undefined || restock !== undefined)
    throw new DrowseError('form-invalid', 'Only a refund has an amount, and goods that come back.')
  if (to === 'cancelled') giveBack(change, order)
  const isSent = order.state === 'fulfilled'
  const state = to === 'paid' && isSent ? 'fulfilled' : to
  return stepped(order, { at, state, cause: 'owner' }, to === 'paid' ? { paidMinor: order.sums.totalMinor } : {})
}

function refunded(change: Change, order: Order, { amount, restock }: Move, at: string): Order {
  const restMinor = order.paidMinor - order.refundedMinor
  const amountMinor = amount === undefined ? restMinor : minorOf(amount, order.currency)
  // An order that cost nothing is given back for nothing.
  const isFree = order.sums.totalMinor === 0 && amountMinor === 0
  if (amountMinor === null || (amountMinor <= 0 && !isFree) || amountMinor > restMinor) {
    throw new DrowseError(
      'order-refused',
      `Of order ${order.number} at most ${decimalText(restMinor, order.currency)} ${order.currency} can be refunded.`,
    )
  }
  const state = amountMinor === restMinor ? 'refunded' : 'partially_refunded'
  checkStep(order, state)
  const wasSent = order.log.some((step) => step.state === 'fulfilled')
  const restocks = (restock ?? (state === 'refunded' && !wasSent)) && holdsGoods(order)
  if (restocks) {
    if (state !== 'refunded')
      throw new DrowseError('form-invalid', 'Goods come back with the last of a refund; count them with `stock.set`.')
    giveBack(change, order)
  }
  const step = { at, state, cause: 'owner', amountMinor, ...(restocks ? { restocked: true as const } : {}) } as const
  return stepped(order, step, { refundedMinor: order.refundedMinor + amountMinor })
}
