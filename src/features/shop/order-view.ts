import { moneyText } from '../../content/money.ts'
import type { Catalogue, OrderView } from '../../render/views.ts'
import type { Order, OrderState } from './order-tables.ts'

const STATE_WORDS = {
  reserved: 'stateReserved',
  awaiting_payment: 'stateAwaitingPayment',
  paid: 'statePaid',
  fulfilled: 'stateFulfilled',
  partially_refunded: 'statePartiallyRefunded',
  refunded: 'stateRefunded',
  expired: 'stateExpired',
  cancelled: 'stateCancelled',
  payment_failed: 'statePaymentFailed',
  paid_but_unavailable: 'statePaidButUnavailable',
  refund_failed: 'stateRefundFailed',
} as const satisfies Record<OrderState, keyof Catalogue>

/** What people call a state. */
export function stateWord(state: OrderState, words: Catalogue): string {
  return words[STATE_WORDS[state]]
}

/** What a buyer should know beside the state. */
const ADVICE: Partial<Record<OrderState, 'adviceExpired' | 'advicePaymentFailed' | 'adviceRefundFailed'>> = {
  expired: 'adviceExpired',
  payment_failed: 'advicePaymentFailed',
  refund_failed: 'adviceRefundFailed',
}

/** Ends without a sale. */
const OFF: readonly OrderState[] = ['expired', 'cancelled', 'payment_failed', 'paid_but_unavailable']

/** Whether there is still something to pay. */
export function isOwed({ state, paidMinor, sums }: Order): boolean {
  return paidMinor === 0 && sums.totalMinor > 0 && !OFF.includes(state)
}

function adviceOf({ state }: Order, words: Catalogue): string | null {
  const advice = ADVICE[state]
  return advice === undefined ? null : words[advice]
}

/** An order as its page and its mails show it: without a word about the buyer. */
export function orderView(order: Order, instructions: string, words: Catalogue, language: string): OrderView {
  const { currency, sums, state } = order
  const money = (minor: number) => moneyText(minor, currency, language)
  const { shipping, tax } = sums
  const rate = new Intl.NumberFormat(language, { maximumFractionDigits: 3 })
  const taxes = (tax?.rates ?? []).map((each) => {
    const named = tax?.included === true ? words.includes : '{name} {rate} %'
    const name = named.replace('{name}', () => tax?.name ?? '').replace('{rate}', () => rate.format(each.rate))
    return { name, amount: money(each.amountMinor), isTotal: false }
  })
  const total = { name: words.total, amount: money(sums.totalMinor), isTotal: true }
  return {
    number: order.number,
    state: stateWord(state, words),
    advice: adviceOf(order, words),
    isOff: OFF.includes(state),
    isPreparing: order.provider === 'stripe' && state === 'reserved',
    payUrl: state === 'awaiting_payment' ? (order.payment?.url ?? null) : null,
    placed: order.placedAt,
    heldUntil: order.heldUntil,
    lines: order.lines.map(({ title, path, quantity, priceMinor, totalMinor }) => ({
      title,
      path,
      quantity,
      price: money(priceMinor),
      total: money(totalMinor),
    })),
    sums: [
      { name: words.subtotal, amount: money(sums.subtotalMinor), isTotal: false },
      ...(shipping === null
        ? []
        : [{ name: `${words.shipping}: ${shipping.name}`, amount: money(shipping.priceMinor), isTotal: false }]),
      ...(tax?.included === true ? [total, ...taxes] : [...taxes, total]),
    ],
    instructions: isOwed(order) && order.provider === 'invoice' ? instructions.split(/\n{2,}/).filter((text) => text !== '') : [],
    log: order.log.map((step) => ({ state: stateWord(step.state, words), at: step.at })),
  }
}
