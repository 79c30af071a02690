import type { Speech } from '../../errors/words/types.ts'
import type { Fields, WriteForm } from '../../gateway/types.ts'
import type { Json, Problem } from '../../protocol/types.ts'
import { escapeXml } from '../../render/xml.ts'
import { checked } from '../checked.ts'
import { labelsIn } from '../labels.ts'
import { MAX_NOTE, moveSchema, orderSchema } from './order-payload.ts'

const QUANTITY_FIELD = /^n-([\w.-]{1,100})$/

/** The gateway's face of `order.create`. */
export const orderForm: WriteForm = {
  kind: 'order.create',
  noun: 'order',
  actor: 'visitor',
  maxBytes: 48 * 1024,
  parse: (input) => checked(orderSchema, input.type === 'fields' ? fromFields(input.fields) : input.json),
  page: (payload) => (isObject(payload) && typeof payload.page === 'string' ? payload.page : null),
  html: formHtml,
}

/** The gateway's face of `order.move`. */
export const moveForm: WriteForm = {
  kind: 'order.move',
  noun: 'change',
  actor: 'owner',
  maxBytes: 4 * 1024,
  parse: (input) =>
    checked(moveSchema, input.type === 'fields' ? { ...input.fields, number: Number(input.fields.number) } : input.json),
  page: () => null,
}

function isObject(json: Json): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** Each thing that a quantity was given for: `sku` with `quantity`, and the `n-<SKU>` of a cart. */
function fromFields(fields: Fields): Json {
  const { sku, quantity, key: _key, ...rest } = fields
  const single = sku === undefined || sku === '' ? [] : [{ sku, quantity: numberOf(quantity ?? '1') }]
  const others = Object.entries(rest).flatMap(([name, value]) => {
    const named = QUANTITY_FIELD.exec(name)?.[1]
    return named === undefined || /^\s*0*\s*$/.test(value) ? [] : [{ sku: named, quantity: numberOf(value) }]
  })
  const texts = Object.fromEntries(Object.entries(rest).filter(([name]) => !QUANTITY_FIELD.test(name)))
  return { ...texts, lines: [...single, ...others] }
}

function numberOf(text: string): number {
  return /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : 0
}

const TEXTS = [
  ['name', 'buyerName', 'autocomplete="name" maxlength="120" required'],
  ['email', 'buyerEmail', 'type="email" autocomplete="email" maxlength="254" required'],
  ['address', 'address', 'autocomplete="address-line1" maxlength="200"'],
  ['postcode', 'postcode', 'autocomplete="postal-code" maxlength="20"'],
  ['city', 'city', 'autocomplete="address-level2" maxlength="100"'],
  ['country', 'country', 'autocomplete="country" maxlength="2"'],
] as const

/** The form of the theme again, with what was typed and what is wrong with it. */
function formHtml(fields: Fields, problems: readonly Problem[], speech: Speech): string {
  const words = labelsIn(speech)
  const say: Speech['say'] = (...told) => escapeXml(speech.say(...told))
  const value = (name: string): string => escapeXml(fields[name] ?? '')
  const hidden = ['page', 'language', 'shipping', 'payment', 'key'].flatMap((name) =>
    fields[name] === undefined || fields[name] === '' ? [] : [`<input type="hidden" name="${name}" value="${value(name)}">`],
  )
  const field = (name: string, label: string, control: (attributes: string) => string, full = false): string => {
    const problem = problems.find(({ where }) => where === name)
    const attributes = `id="${name}" name="${name}"${problem === undefined ? '' : ` aria-invalid="true" aria-describedby="${name}-error"`}`
    const said = problem === undefined ? '' : ` <strong class="error" id="${name}-error">${escapeXml(problem.message)}</strong>`
    return `<label${full ? ' class="full"' : ''}>${label}${said}${control(attributes)}</label>`
  }
  const quantity = (name: string, label: string, amount: string): string =>
    field(
      name,
      say('quantityOf', { what: label }),
      (attributes) =>
        `<input ${attributes} type="number" min="0" max="1000" inputmode="numeric" value="${escapeXml(amount.trim())}">`,
    )
  const labelOf = (name: string, label: string): string =>
    name === 'country' ? `${label} <small>${say('twoLetters')}</small>` : label
  const ordered = Object.entries(fields).flatMap(([name, amount]) => {
    const sku = QUANTITY_FIELD.exec(name)?.[1]
    return sku === undefined || /^\s*0*\s*$/.test(amount) ? [] : [quantity(name, sku, amount)]
  })
  const { sku = '' } = fields
  const one = /^[\w.-]{1,100}$/.test(sku) ? [quantity(`n-${sku}`, sku, fields.quantity ?? '1')] : []
  return [
    '<form class="comment-form order-form" method="post" action="/-/order.create">',
    ...hidden,
    ...one,
    ...ordered,
    ...TEXTS.flatMap(([name, word, more]) =>
      name === 'country' && fields.country === undefined
        ? []
        : [
            field(
              name,
              labelOf(name, words[word]),
              (attributes) => `<input ${attributes} dir="auto" value="${value(name)}" ${more}>`,
            ),
          ],
    ),
    // A textarea drops a line break right after its tag.
    field(
      'note',
      words.noteToShop,
      (attributes) => `<textarea ${attributes} dir="auto" rows="3" maxlength="${MAX_NOTE}">\n${value('note')}</textarea>`,
      true,
    ),
    `<div class="trap" aria-hidden="true"><label>${words.leaveEmpty}<input name="website" type="text" tabindex="-1" autocomplete="off"></label></div>`,
    `<button class="button" type="submit">${words.placeOrder}</button>`,
    '</form>',
    ...backLink(fields, say('backToPage')),
  ].join('\n')
}

/** The way back to where the form was filled in. `page` is whatever was sent, so only a path of this site becomes a link. */
function backLink({ page = '' }: Fields, words: string): readonly string[] {
  return /^\/(?![/\\])[^?#]*$/.test(page) ? [`<p><a href="${escapeXml(page)}">${words}</a></p>`] : []
}
