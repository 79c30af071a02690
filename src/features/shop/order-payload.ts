import * as v from 'valibot'
import { email, oneLine } from '../form-texts.ts'

export const MOST_LINES = 50
export const MOST_OF_ONE = 1000
export const MAX_NOTE = 2000

const QUANTITY = `A quantity is a whole number from 1 to ${MOST_OF_ONE}.`

const line = v.object({
  sku: v.pipe(v.string('What is ordered?'), v.regex(/^[\w.-]{1,100}$/, 'There is no such product.')),
  quantity: v.pipe(v.number(QUANTITY), v.integer(QUANTITY), v.minValue(1, QUANTITY), v.maxValue(MOST_OF_ONE, QUANTITY)),
})

function short(most: number, what: string) {
  return v.pipe(v.string(`${what} is missing.`), oneLine, v.maxLength(most, `${what} has at most ${most} characters.`))
}

const note = v.pipe(
  v.string(),
  v.transform((value) => value.replace(/\r\n?/g, '\n').trim()),
  v.maxLength(MAX_NOTE, () => `A note has at most ${MAX_NOTE.toLocaleString('en')} characters.`),
  v.check((value) => !/(?![\t\n])\p{Cc}/u.test(value), 'The note holds control characters.'),
)

/** What `order.create` carries. It has no prices: the machine knows its own. */
export const orderSchema = v.object({
  page: v.pipe(
    v.string('The page is missing.'),
    v.regex(/^\/(?:[\w.~%-]+\/)*$/, 'The page is not a path such as /products/lamp/.'),
  ),
  /** A language tag of the site; '' for its own. */
  language: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{0,35}$/, 'This is no language.')), ''),
  lines: v.pipe(
    v.array(line, 'What is ordered?'),
    v.minLength(1, 'Nothing is ordered yet: say how many you would like.'),
    v.maxLength(MOST_LINES, `An order has at most ${MOST_LINES} lines.`),
  ),
  name: v.pipe(short(120, 'A name'), v.minLength(1, 'Please give a name.')),
  email: v.pipe(v.string('Please give an e-mail address.'), email, v.minLength(1, 'Please give an e-mail address.')),
  address: v.optional(short(200, 'A street'), ''),
  postcode: v.optional(short(20, 'A postcode'), ''),
  city: v.optional(short(100, 'A town'), ''),
  country: v.optional(v.pipe(v.string(), v.regex(/^(?:[A-Z]{2})?$/, 'Please choose a country.')), ''),
  /** The name of a way of shipping; '' for the cheapest. */
  shipping: v.optional(short(100, 'A way of shipping'), ''),
  /** How to pay; '' for the shop's first way. */
  payment: v.optional(v.picklist(['', 'invoice', 'stripe'], 'This is no way to pay here.'), ''),
  note: v.optional(note, ''),
})

export type OrderPayload = v.InferOutput<typeof orderSchema>

const NUMBER = 'Which order? `number` is a whole number, such as 3.'

/** What `order.move` carries: what the owner has done with an order. */
export const moveSchema = v.object({
  number: v.pipe(v.number(NUMBER), v.integer(NUMBER), v.minValue(1, NUMBER)),
  to: v.picklist(['paid', 'fulfilled', 'cancelled', 'refunded'], 'An order goes to paid, fulfilled, cancelled or refunded.'),
  /** Refunds: how much, as “12.50”; all that is left if it is missing. */
  amount: v.exactOptional(v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/, 'An amount is a number such as "12.50".'))),
  /** Refunds: whether the goods are on sale again. By default they are where they were not sent yet. */
  restock: v.exactOptional(v.boolean('Say true or false.')),
})
