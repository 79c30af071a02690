import * as v from 'valibot'
import { named } from '../../errors/words/say.ts'
import type { SentenceKey } from '../../errors/words/types.ts'
import { email, oneLine } from '../form-texts.ts'

export const MOST_LINES = 50
export const MOST_OF_ONE = 1000
export const MAX_NOTE = 2000

const QUANTITY = named('quantityRange')

const line = v.object({
  sku: v.pipe(v.string('What is ordered?'), v.regex(/^[\w.-]{1,100}$/, named('productUnknown'))),
  quantity: v.pipe(v.number(QUANTITY), v.integer(QUANTITY), v.minValue(1, QUANTITY), v.maxValue(MOST_OF_ONE, QUANTITY)),
})

function short(most: number, missing: SentenceKey, long: SentenceKey) {
  return v.pipe(v.string(named(missing)), oneLine, v.maxLength(most, named(long)))
}

const note = v.pipe(
  v.string(),
  v.transform((value) => value.replace(/\r\n?/g, '\n').trim()),
  v.maxLength(MAX_NOTE, named('noteLong')),
  v.check((value) => !/(?![\t\n])\p{Cc}/u.test(value), named('noteControls')),
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
    v.minLength(1, named('nothingOrdered')),
    v.maxLength(MOST_LINES, named('linesMany')),
  ),
  name: v.pipe(short(120, 'nameMissing', 'nameLong'), v.minLength(1, named('nameMissing'))),
  email: v.pipe(v.string(named('emailMissing')), email, v.minLength(1, named('emailMissing'))),
  address: v.optional(short(200, 'streetMissing', 'streetLong'), ''),
  postcode: v.optional(short(20, 'postcodeMissing', 'postcodeLong'), ''),
  city: v.optional(short(100, 'townMissing', 'townLong'), ''),
  country: v.optional(v.pipe(v.string(), v.regex(/^(?:[A-Z]{2})?$/, named('countryStrange'))), ''),
  /** The name of a way of shipping; '' for the cheapest. */
  shipping: v.optional(short(100, 'wayMissing', 'wayLong'), ''),
  /** How to pay; '' for the shop's first way. */
  payment: v.optional(v.picklist(['', 'invoice', 'stripe'], named('paymentStrange')), ''),
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
