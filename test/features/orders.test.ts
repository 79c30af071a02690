import { beforeEach, describe, expect, test } from 'vitest'
import type { Json } from '../../src/protocol/types.ts'
import {
  type Answer,
  keysOf,
  openGuest,
  type RunningGuest,
  type SentWrite,
  statuses,
  syncOf,
  textOf,
  writeOf,
} from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'

const CONFIG = `title: A shop
url: https://example.org
search: false
shop:
  open: true
  countries: [DE, FR]
  holdDays: 2
  instructions: Send the money to the owl.
  tax: { rate: 19 }
  shipping:
    - { name: Post, price: "4.90", freeOver: "100.00", weights: [{ upTo: 1000, price: "4.90" }, { upTo: 5000, price: "9.90" }] }
    - { name: Courier, price: "15.00", countries: [DE] }
`
const LAMP =
  '---\ntitle: Lamp\nprice: "48.00"\nsku: LAMP\nweight: 900\nvariants:\n  - { name: Oak, sku: OAK, stock: 3 }\n  - { name: Walnut, sku: WAL, price: "56.00", stock: 1 }\n---\n'
const BOOK = '---\ntitle: Book\nprice: "10.00"\nsku: BOOK\ntax: 7\nweight: 200\n---\n'
const FILE = '---\ntitle: File\nprice: "5.00"\nsku: FILE\nshipped: false\n---\n'

let guest: RunningGuest

async function apply(...writes: readonly SentWrite[]): Promise<Answer> {
  const answer = await guest.apply(writes)
  await guest.acknowledge(answer.outbox)
  return answer
}

async function holding(files: Readonly<Record<string, string>> = {}): Promise<Answer> {
  guest = openGuest()
  const site = {
    'site.yaml': CONFIG,
    'content/products/lamp.md': LAMP,
    'content/products/book.md': BOOK,
    'content/products/file.md': FILE,
  }
  return await apply(syncOf({ ...site, ...files }, await themeOf('plain')))
}

const BUYER = {
  name: 'Ann Buyer',
  email: 'ann@example.org',
  address: 'Long Street 1',
  postcode: '12345',
  city: 'Town',
  country: 'DE',
}

const order = (quantities: Readonly<Record<string, number>>, others: Readonly<Record<string, Json>> = {}, at?: string) =>
  writeOf(
    'order.create',
    {
      page: '/products/lamp/',
      language: '',
      lines: Object.entries(quantities).map(([sku, quantity]) => ({ sku, quantity })),
      ...BUYER,
      shipping: '',
      note: '',
      ...others,
    },
    { actor: { role: 'visitor' }, ...(at === undefined ? {} : { at }) },
  )

const move = (number: number, to: string, others: Readonly<Record<string, Json>> = {}) =>
  writeOf('order.move', { number, to, ...others })

const pageOf = (answer: Answer) => keysOf(answer).find((key) => key.includes('orders/') && key.endsWith('index.html')) ?? ''

const privateFile = (answer: Answer) => JSON.parse(textOf(answer, 'private/orders/1.json'))

/** How many are left, found out by taking them all and putting them back. */
async function left(sku: string): Promise<number> {
  const counted = await apply(writeOf('stock.set', { sku, left: 0 }))
  const [receipt] = counted.receipts
  const before = receipt?.status === 'applied' ? Number(Object(receipt.result).before) : Number.NaN
  await apply(writeOf('stock.set', { sku, left: Math.max(0, before) }))
  return before
}

beforeEach(async () => void (await holding()))

describe('An order', () => {
  test('has a private page with what was ordered and what it comes to, and nothing about the buyer', async () => {
    const answer = await apply(order({ OAK: 1, BOOK: 2 }, { note: 'Ring twice' }))

    expect(answer.receipts[0]).toMatchObject({ status: 'applied', result: { number: 1, total: '77.90 EUR' } })
    const key = pageOf(answer)
    expect(key).toMatch(/^orders\/[0-9a-f]{32}\/index\.html$/)
    expect(answer.receipts[0]).toMatchObject({ page: `/${key.replace('index.html', '')}` })
    const page = textOf(answer, key)
    expect(page).toContain('<meta name="robots" content="noindex, nofollow">')
    expect(page).toContain('Lamp, Oak')
    expect(page).toContain('€9.90')
    expect(page).toContain('€77.90')
    expect(page).toContain('Send the money to the owl.')
    for (const secret of ['Ann', 'ann@', 'Long Street', '12345', 'Ring']) expect(page).not.toContain(secret)
    expect(privateFile(answer)).toMatchObject([{ number: 1, state: 'awaiting_payment', buyer: { ...BUYER, note: 'Ring twice' } }])
  })

  test('changes no page of the shop as long as something is left', async () => {
    expect(keysOf(await apply(order({ OAK: 1 }))).filter((key) => !/orders\//.test(key))).toEqual([])
  })

  test('of the last ones sells the product out everywhere, in the same release', async () => {
    await apply(order({ WAL: 1 }))
    const answer = await apply(order({ OAK: 3 }))

    const others = keysOf(answer).filter((key) => !/orders\//.test(key))
    expect(others).toEqual([
      'cart/index.html',
      'index.html',
      'products/index.html',
      'products/lamp/index.html',
      'products/offers.xml',
    ])
    expect(textOf(answer, 'products/lamp/index.html')).not.toContain('<form class="comment-form')
  })

  test('is of nothing at all if one of its lines can’t be had', async () => {
    const answer = await apply(order({ OAK: 2, WAL: 2, NOTHING: 1 }))

    expect(answer.receipts[0]).toMatchObject({
      status: 'rejected',
      code: 'out-of-stock',
      problems: [{ message: 'Of Lamp (WAL) only 1 is left.' }, { message: '“NOTHING” is sold out.' }],
    })
    expect(await left('OAK')).toBe(3)
  })

  test('that is refused can be told in the buyer’s language', async () => {
    const refused = await apply(order({ WAL: 2, NOTHING: 1 }), order({ OAK: 1 }, { country: 'US', city: '' }))

    expect(refused.receipts).toMatchObject([
      {
        saying: { key: 'notAllLeft' },
        hintSaying: { key: 'notAllLeftHint' },
        problems: [
          { saying: { key: 'left', values: { what: 'Lamp (WAL)', count: 1 } } },
          { saying: { key: 'soldOut', values: { what: '“NOTHING”' } } },
        ],
      },
      {
        saying: { key: 'orderNotYet' },
        problems: [{ saying: { key: 'townWanted' } }, { saying: { key: 'countryWanted', values: { countries: 'DE, FR' } } }],
      },
    ])
  })

  test('sums the lines of one SKU before it looks at the stock', async () => {
    const twice = {
      lines: [
        { sku: 'OAK', quantity: 2 },
        { sku: 'OAK', quantity: 2 },
      ],
    }

    expect(statuses((await apply(order({}, twice))).receipts)).toEqual(['out-of-stock'])
  })

  test('takes prices from the machine, whatever is sent', async () => {
    const priced = { lines: [{ sku: 'OAK', quantity: 1, price: '0.01', priceMinor: 1 }], total: '0.01' }

    const answer = await apply(order({}, priced))

    expect(answer.receipts[0]).toMatchObject({ result: { total: '52.90 EUR' } })
  })

  test.each([
    [{ OAK: 1 }, {}, '52.90 EUR'],
    [{ OAK: 2 }, {}, '105.90 EUR'],
    [{ OAK: 2, BOOK: 1 }, {}, '106.00 EUR'],
    [{ BOOK: 1 }, { shipping: 'Courier' }, '25.00 EUR'],
    [{ FILE: 2 }, { address: '', city: '', country: '' }, '10.00 EUR'],
  ])('ships by weight, free over an amount, as asked, or not at all: %j', async (quantities, others, total) => {
    expect((await apply(order(quantities, others))).receipts[0]).toMatchObject({ result: { total } })
  })

  test.each([
    ['a country that is not sent to', { country: 'US' }, 'form-invalid'],
    ['no street', { address: '' }, 'form-invalid'],
    ['a way of shipping that does not go there', { country: 'FR', shipping: 'Courier' }, 'form-invalid'],
    ['an e-mail address with a line break', { email: 'a@b.c\nBcc: d@e.f' }, 'form-invalid'],
    ['half a lamp', { lines: [{ sku: 'OAK', quantity: 0.5 }] }, 'form-invalid'],
    ['a language that the site has not', { language: 'xx' }, 'form-invalid'],
  ])('is refused with %s', async (_, others, code) => {
    expect(statuses((await apply(order({ OAK: 1 }, others))).receipts)).toEqual([code])
    expect(await left('OAK')).toBe(3)
  })

  test('is refused by a shop that is closed, whose pages have no form', async () => {
    const answer = await holding({ 'site.yaml': 'title: A shop\nurl: https://example.org\n' })

    expect(textOf(answer, 'products/lamp/index.html')).not.toContain('<form')
    expect(keysOf(answer)).not.toContain('cart/index.html')
    expect(statuses((await apply(order({ OAK: 1 }))).receipts)).toEqual(['order-refused'])
  })
})

describe('What becomes of an order', () => {
  const states = async (...writes: readonly SentWrite[]) => {
    const answer = await apply(order({ OAK: 2 }), ...writes)
    const [row] = privateFile(answer)
    return { states: statuses(answer.receipts), row, log: row.log.map(({ state }: { state: string }) => state) }
  }

  test('is paid and sent by the owner, each step told with its cause', async () => {
    const { row, log } = await states(move(1, 'paid'), move(1, 'fulfilled'))

    expect(log).toEqual(['reserved', 'awaiting_payment', 'paid', 'fulfilled'])
    expect(row).toMatchObject({ state: 'fulfilled', paid: '105.90', heldUntil: null })
    expect(row.log.map(({ cause }: { cause: string }) => cause)).toEqual(['buyer', 'buyer', 'owner', 'owner'])
    expect(await left('OAK')).toBe(1)
  })

  test('may be sent before it is paid', async () => {
    const { row } = await states(move(1, 'fulfilled'), move(1, 'paid'))

    expect(row).toMatchObject({ state: 'fulfilled', paid: '105.90' })
  })

  test('is cancelled, and its goods are on sale again', async () => {
    const { row } = await states(move(1, 'cancelled'))

    expect(row.state).toBe('cancelled')
    expect(await left('OAK')).toBe(3)
  })

  test('is refunded in part and then whole; goods that were not sent come back with the last of it', async () => {
    const { row, log } = await states(move(1, 'paid'), move(1, 'refunded', { amount: '6.00' }), move(1, 'refunded'))

    expect(log.slice(2)).toEqual(['paid', 'partially_refunded', 'refunded'])
    expect(row.refunded).toBe('105.90')
    expect(await left('OAK')).toBe(3)
  })

  test('is refunded after it was sent without the goods coming back, unless the owner says so', async () => {
    await states(move(1, 'paid'), move(1, 'fulfilled'), move(1, 'refunded'))
    expect(await left('OAK')).toBe(1)

    await apply(order({ OAK: 1 }), move(2, 'paid'), move(2, 'fulfilled'), move(2, 'refunded', { restock: true }))
    expect(await left('OAK')).toBe(1)
  })

  test.each([
    ['paid twice', ['paid', 'paid']],
    ['cancelled after it was paid', ['paid', 'cancelled']],
    ['refunded unpaid', ['refunded']],
    ['cancelled twice', ['cancelled', 'cancelled']],
    ['paid after it was cancelled', ['cancelled', 'paid']],
  ])('is never %s', async (_, steps) => {
    const { states: all } = await states(...steps.map((to) => move(1, to)))

    expect(all.at(-1)).toBe('order-refused')
    expect(all.slice(0, -1).every((status) => status === 'applied')).toBe(true)
  })

  test('runs out by the time that it is kept for, without a write; then its goods are on sale again', async () => {
    const at = '2024-06-01T12:00:00.000Z'
    const placed = await apply(order({ WAL: 1 }, {}, at), order({ OAK: 3 }, {}, at))
    expect(placed.nextWakeAt).toBe('2024-06-03T12:00:00.000Z')

    await guest.wake(1, '2024-06-03T11:59:59.999Z')
    expect(keysOf(await apply())).toEqual([])

    await guest.wake(1, '2024-06-03T12:00:00.000Z')
    const answer = await apply()
    expect(privateFile(answer).map(({ state }: { state: string }) => state)).toEqual(['expired', 'expired'])
    expect(textOf(answer, 'products/lamp/index.html')).toContain('order-form')
    expect(answer.nextWakeAt).toBe('2024-09-01T12:00:00.000Z')

    await guest.wake(1, answer.nextWakeAt ?? '')
    const gone = await apply()
    expect(gone.removed.toSorted().every((key) => /^orders\/[0-9a-f]{32}\//.test(key))).toBe(true)
    expect(gone.removed).toHaveLength(2)
    expect(gone.nextWakeAt).toBe(null)
  })

  test('forgets its buyer so long after it is over as site.yaml says, and nothing else', async () => {
    await holding({ 'site.yaml': CONFIG.replace('holdDays: 2', 'holdDays: 2\n  forgetDays: 365') })
    await apply(order({ WAL: 1 }, { note: 'Ring twice' }, '2024-06-01T12:00:00.000Z'))
    await guest.wake(1, '2024-06-03T12:00:00.000Z')
    await apply()
    await guest.wake(1, '2024-09-01T12:00:00.000Z')
    expect((await apply()).nextWakeAt).toBe('2025-06-03T12:00:00.000Z')

    await guest.wake(1, '2025-06-03T12:00:00.000Z')
    const answer = await apply()

    expect(JSON.stringify(privateFile(answer))).not.toMatch(/Ann|ann@|Long Street|12345|Ring twice/)
    expect(privateFile(answer)).toMatchObject([{ number: 1, state: 'expired', total: '60.90' }])
    expect(answer.nextWakeAt).toBe(null)
  })

  test('that costs nothing is paid with that, and can be given back for nothing', async () => {
    await holding({ 'content/products/file.md': FILE.replace('5.00', '0.00') })
    expect(privateFile(await apply(order({ FILE: 1 })))).toMatchObject([{ state: 'paid', total: '0.00' }])

    const answer = await apply(move(1, 'refunded'))

    expect(statuses(answer.receipts)).toEqual(['applied'])
    expect(privateFile(answer)).toMatchObject([{ state: 'refunded', refunded: '0.00' }])
  })
})

describe('An order by Stripe', () => {
  test('whose payment is never heard of runs out by the time, and its goods are on sale again', async () => {
    await holding({ 'site.yaml': CONFIG.replace('open: true', 'open: true\n  payment: [stripe]') })
    const placed = await apply(order({ WAL: 1 }, {}, '2024-06-01T12:00:00.000Z'))
    expect(placed.nextWakeAt).toBe('2024-06-01T13:00:00.000Z')
    expect(placed.effects.map(({ kind }) => kind)).toEqual(['stripe.session'])
    expect(textOf(placed, pageOf(placed))).toContain('<meta http-equiv="refresh" content="2">')

    await guest.wake(1, '2024-06-01T13:00:00.000Z')
    expect(privateFile(await apply())).toMatchObject([{ state: 'expired' }])
    expect(await left('WAL')).toBe(1)
  })

  test('is not sent before it is paid, since the money may still come', async () => {
    await holding({ 'site.yaml': CONFIG.replace('open: true', 'open: true\n  payment: [stripe]') })
    const token =
      pageOf(await apply(order({ WAL: 1 })))
        .split('/')
        .at(-2) ?? ''
    const session = { event: 'session', token, url: 'https://checkout.example.org/' }
    const answer = await apply(writeOf('order.payment', session), move(1, 'fulfilled'))

    expect(statuses(answer.receipts)).toEqual(['applied', 'order-refused'])
    expect(privateFile(answer)).toMatchObject([{ state: 'awaiting_payment' }])
  })
})

describe('A product', () => {
  test('that is sold elsewhere can’t be ordered here, whatever a form says', async () => {
    await holding({ 'content/products/book.md': BOOK.replace('sku: BOOK', 'sku: BOOK\nbuy: https://example.org/book') })
    expect(statuses((await apply(order({ BOOK: 1 }))).receipts)).toEqual(['out-of-stock'])
  })

  test('costs what it says in the language that the buyer has read', async () => {
    const russian = LAMP.replace('title: Lamp', 'title: Лампа').replace('price: "48.00"', 'price: "40.00"')
    await holding({ 'site.yaml': `${CONFIG}languages: { ru: {} }\n`, 'content/products/lamp.ru.md': russian })
    const answer = await apply(order({ OAK: 1 }, { language: 'ru', page: '/ru/products/lamp/' }), order({ OAK: 1 }))

    expect(statuses(answer.receipts)).toEqual(['applied', 'applied'])
    const orders: readonly { lines: readonly { title: string; total: string }[] }[] = privateFile(answer)
    expect(orders.flatMap(({ lines }) => lines.map(({ title, total }) => `${title} ${total}`)).toSorted()).toEqual([
      'Lamp, Oak 48.00',
      'Лампа, Oak 40.00',
    ])
    expect(await left('OAK')).toBe(1)
  })
})

describe('The cart', () => {
  test('lists what can be had, and is no more than a form', async () => {
    const cart = textOf(
      await holding({ 'content/products/gone.md': '---\ntitle: Gone\nprice: 1\nstock: 0\n---\n' }),
      'cart/index.html',
    )

    expect(cart).toContain('name="n-OAK"')
    expect(cart).toContain('name="n-WAL"')
    expect(cart).not.toContain('Gone')
    expect(cart).toContain('<option value="FR">France</option>')
    expect(cart).toContain('Courier, €15.00')
  })
})
