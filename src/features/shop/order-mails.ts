import type { Change } from '../../model/types.ts'
import type { Effect } from '../../protocol/types.ts'
import { languageTag, textSetting } from '../../render/page-view.ts'
import type { OrderView } from '../../render/views.ts'
import { wordsIn } from '../../render/words/words-of.ts'
import { senderOf } from '../sender.ts'
import { orderPath } from './order-path.ts'
import { type Order, type OrderState, shopOf } from './order-tables.ts'
import { orderView, stateWord } from './order-view.ts'

/** Steps that the buyer is not told of: what comes at once is told with what comes after it. */
const SILENT: readonly OrderState[] = ['reserved']

/**
 * The mails that the newest step of an order asks for: to the buyer, and of a new order to the owner as well; none where site.yaml has no `mail`. The buyer's holds
 * nothing that was typed into the form, since nobody has shown yet that the address is theirs.
 */
export function mailsOf(change: Change, order: Order): readonly Effect[] {
  const sender = senderOf(change)
  if (sender === null || SILENT.includes(order.state) || order.buyer.email === '') return []
  const { from } = sender
  const language = languageTag(change, order.language)
  const words = wordsIn(change, language)
  const view = orderView(order, shopOf(change).instructions, words, language)
  // A free order is paid at once, and so is one whose payment was faster than the word of its session.
  const isNew =
    (order.state === 'awaiting_payment' || order.state === 'paid') &&
    order.log.filter(({ state }) => !SILENT.includes(state)).length === 1
  const heading = words.orderNumber.replace('{number}', String(order.number))
  const subject = isNew ? `${heading}, ${from.name}` : `${heading}, ${from.name}: ${stateWord(order.state, words)}`
  const url = `${textSetting(change, 'url')}${orderPath(order)}`
  const text = [
    heading,
    view.state,
    '',
    ...view.lines.map(({ quantity, title, total }) => `${quantity} × ${title}: ${total}`),
    '',
    ...view.sums.map(({ name, amount }) => `${name}: ${amount}`),
    ...paragraphs(view, words.howToPay),
    ...(order.token === '' ? [] : ['', url]),
  ].join('\n')
  // An order has no two steps of one place in its log.
  const id = `order/${order.number}/${order.placedAt}/${order.log.length}`
  const toBuyer: Effect = {
    id: `${id}/buyer`,
    kind: 'mail',
    payload: { from, to: order.buyer.email, subject, text: `${text}\n` },
  }
  if (!isNew || sender.owner === null) return [toBuyer]
  const { name, email, address, postcode, city, country, note } = order.buyer
  const who = ['', name, email, address, `${postcode} ${city}`.trim(), country, '', note].join('\n')
  const payload = { from, to: sender.owner, replyTo: email, subject, text: `${text}\n${who}\n` }
  return [toBuyer, { id: `${id}/owner`, kind: 'mail', payload }]
}

function paragraphs({ instructions }: OrderView, heading: string): readonly string[] {
  return instructions.length === 0 ? [] : ['', heading, ...instructions.flatMap((each) => [each, ''])].slice(0, -1)
}
