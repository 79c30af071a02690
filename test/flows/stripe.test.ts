import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose, type Embedded, openBackends } from '../../src/cli/embedded.ts'
import { siteApp } from '../../src/cli/site-app.ts'
import { syncFolder } from '../../src/cli/sync-folder.ts'
import { mailPerformer } from '../../src/effects/mail.ts'
import { stripeParts } from '../../src/effects/stripe.ts'
import type { DrowseError } from '../../src/errors/drowse-error.ts'
import { ownerTokens } from '../../src/gateway/tokens.ts'
import { siteFolder } from '../build/site-folder.ts'
import { type Mailbox, startMailbox } from '../effects/mailbox.ts'
import { refundWebhook, type StandIn, startStandIn, WEBHOOK_SECRET, webhook } from '../effects/stripe-stand-in.ts'
import { newFolder } from '../guest/running-guest.ts'

const ORIGIN = 'https://shop.example'
const SITE = siteFolder({
  'site.yaml': [
    'title: A shop',
    `url: ${ORIGIN}`,
    'shop: { open: true, payment: [stripe, invoice], shipping: [{ name: Post, price: "4.90" }], tax: { rate: 10, included: false } }',
    'mail: { from: shop@shop.example }',
    '',
  ].join('\n'),
  'content/products/lamp.md': '---\ntitle: Lamp\nprice: "48.00"\nsku: LAMP\nstock: 40\n---\n',
  'content/products/gift.md': '---\ntitle: Gift\nprice: "0.00"\nsku: GIFT\nshipped: false\n---\n',
  'content/products/cup.md': '---\ntitle: Cup\nprice: "10.00"\nsku: CUP\nstock: 1\n---\n',
})

const dataDir = newFolder('stripe')
let embedded: Embedded
let app: ReturnType<typeof siteApp>
let standIn: StandIn
let box: Mailbox
let token: string
const faults: DrowseError[] = []

beforeAll(async () => {
  ;[standIn, box] = [await startStandIn(), await startMailbox()]
  const { performers, hook } = stripeParts({
    secretKey: 'sk_test_1',
    webhookSecret: WEBHOOK_SECRET,
    api: standIn.api,
    now: Date.now,
  })
  const mails = mailPerformer({ smtpUrl: box.url })
  embedded = await compose(
    { ...openBackends(dataDir), performers: [...performers, mails] },
    () => undefined,
    (error) => faults.push(error),
  )
  embedded.dispatcher.start()
  await syncFolder(SITE, embedded)
  app = siteApp(embedded, { dataDir, origin: ORIGIN, deadlineMs: 60_000, hooks: [hook] })
  token = ownerTokens(join(dataDir, 'tokens.json')).create('2026-01-01')
}, 60_000)

afterAll(async () => {
  await embedded?.close()
  await standIn?.close()
  await box?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

interface Told {
  readonly number: number
  readonly state: string
  readonly refunded: string
  readonly log: readonly { readonly state: string }[]
}

/** Places an order; its number, and the token in its address. */
async function place(fields: Readonly<Record<string, string>>): Promise<{ number: number; page: string; token: string }> {
  const buyer = { page: '/products/lamp/', name: 'Ann', email: 'ann@example.org', address: 'Street 1', city: 'Town' }
  const body = new URLSearchParams({ ...buyer, key: crypto.randomUUID(), ...fields })
  const answer = await app.request(`${ORIGIN}/-/order.create`, { method: 'POST', body, headers: { Origin: ORIGIN } })
  expect(answer.status).toBe(303)
  const page = (answer.headers.get('Location') ?? '').replace(/\?.*/, '')
  return { number: (await told()).length, page, token: page.split('/')[2] ?? '' }
}

async function told(): Promise<readonly Told[]> {
  const answer = await app.request(`${ORIGIN}/-/private/orders/1.json`, { headers: { Authorization: `Bearer ${token}` } })
  return JSON.parse(await answer.text())
}

const stateOf = async (number: number) => (await told()).find((order) => order.number === number)?.state
const statesOf = async (number: number) => (await told()).find((order) => order.number === number)?.log.map(({ state }) => state)
const until = (number: number, state: string) => expect.poll(() => stateOf(number), { timeout: 10_000 }).toBe(state)
const pageAt = async (path: string) => (await app.request(ORIGIN + path)).text()

function deliver({ body, headers }: ReturnType<typeof webhook>): Promise<Response> {
  return Promise.resolve(app.request(`${ORIGIN}/-/hooks/stripe`, { method: 'POST', body, headers }))
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300))
}

async function asOwner(kind: string, body: unknown): Promise<number> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json' }
  return (await app.request(`${ORIGIN}/-/${kind}`, { method: 'POST', headers, body: JSON.stringify(body) })).status
}

const COMPLETED = 'checkout.session.completed'

describe('An order paid by Stripe', { timeout: 60_000 }, () => {
  test('has a session with the machine’s prices, leads to it, and is paid by a webhook', async () => {
    const order = await place({ sku: 'LAMP', quantity: '2' })
    await until(order.number, 'awaiting_payment')

    const [session] = [...standIn.sessions.values()].slice(-1)
    expect(Object.fromEntries(session ?? [])).toMatchObject({
      mode: 'payment',
      client_reference_id: order.token,
      customer_email: 'ann@example.org',
      success_url: `${ORIGIN}${order.page}`,
      'line_items[0][quantity]': '2',
      'line_items[0][price_data][unit_amount]': '4800',
      'line_items[0][price_data][currency]': 'eur',
      'line_items[1][price_data][unit_amount]': '490',
      'line_items[2][price_data][unit_amount]': '1009',
    })
    await expect.poll(() => pageAt(order.page)).toContain('href="https://checkout.stripe.example/c/pay/1"')

    expect((await deliver(webhook(COMPLETED, { token: order.token, amount: 11_099 }))).status).toBe(200)
    await until(order.number, 'paid')
    await expect.poll(() => pageAt(order.page)).not.toContain('checkout.stripe.example')
  })

  test('is paid once, however often and at once the webhook comes', async () => {
    const order = await place({ sku: 'LAMP', quantity: '1' })
    await until(order.number, 'awaiting_payment')
    const hook = webhook(COMPLETED, { token: order.token, amount: 5819 })

    const answers = await Promise.all(Array.from({ length: 100 }, () => deliver(hook)))
    await deliver(webhook(COMPLETED, { token: order.token, amount: 5819 }))
    await until(order.number, 'paid')
    await settle()

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await statesOf(order.number)).toEqual(['reserved', 'awaiting_payment', 'paid'])
    const mails = box.mails.filter(({ mail }) => mail.subject?.startsWith(`Order ${order.number},`))
    expect(mails.map(({ mail }) => mail.subject)).toEqual([
      `Order ${order.number}, A shop`,
      `Order ${order.number}, A shop: Paid`,
    ])
    expect(new Set(standIn.sessions.keys()).size).toBe(2)
  })

  test('waits for a payment that is on its way, and fails with it', async () => {
    const order = await place({ sku: 'LAMP', quantity: '1' })
    await until(order.number, 'awaiting_payment')

    await deliver(webhook(COMPLETED, { token: order.token, amount: 5819, status: 'unpaid' }))
    await settle()
    expect(await stateOf(order.number)).toBe('awaiting_payment')
    await deliver(webhook('checkout.session.async_payment_failed', { token: order.token, amount: 5819, status: 'unpaid' }))
    await until(order.number, 'payment_failed')
  })

  test('that is paid before its session is told stays paid', async () => {
    standIn.faults = 1
    const order = await place({ sku: 'LAMP', quantity: '1' })
    await deliver(webhook(COMPLETED, { token: order.token, amount: 5819 }))
    await until(order.number, 'paid')
    // The session is asked for again some seconds later.
    await expect.poll(() => standIn.requests.filter((each) => each.endsWith('/sessions')).length, { timeout: 15_000 }).toBe(5)
    await settle()

    expect(await statesOf(order.number)).toEqual(['reserved', 'paid'])
  })

  test('that ran out and is paid after all has its goods, if they are still there', async () => {
    const order = await place({ sku: 'CUP', quantity: '1' })
    await deliver(webhook('checkout.session.expired', { token: order.token, amount: 1639, status: 'unpaid' }))
    await until(order.number, 'expired')
    // Pages come after the owner’s files in a release.
    await expect.poll(() => pageAt('/products/cup/')).toContain('order-form')

    await deliver(webhook(COMPLETED, { token: order.token, amount: 1639 }))
    await until(order.number, 'paid')
    await expect.poll(() => pageAt('/products/cup/')).not.toContain('order-form')
    expect(await asOwner('order.move', { number: order.number, to: 'refunded' })).toBe(201)
    await expect.poll(() => standIn.refunds.size).toBe(1)
  })

  test('that ran out and is paid when another has the goods gets its money back, once', async () => {
    const late = await place({ sku: 'CUP', quantity: '1' })
    await deliver(webhook('checkout.session.expired', { token: late.token, amount: 1639, status: 'unpaid' }))
    await until(late.number, 'expired')
    const other = await place({ sku: 'CUP', quantity: '1', payment: 'invoice' })
    expect(await stateOf(other.number)).toBe('awaiting_payment')

    const paid = webhook(COMPLETED, { token: late.token, amount: 1639 })
    await Promise.all([deliver(paid), deliver(paid), deliver(webhook(COMPLETED, { token: late.token, amount: 1639 }))])
    await until(late.number, 'refunded')
    await settle()

    expect((await statesOf(late.number))?.slice(-3)).toEqual(['expired', 'paid_but_unavailable', 'refunded'])
    const back = [...standIn.refunds.values()].filter((each) => each.get('payment_intent') === `pi_${late.token.slice(0, 6)}`)
    expect(back.map((each) => each.get('amount'))).toEqual(['1639'])
  })

  test.each([
    ['signed with another secret', (hook: ReturnType<typeof webhook>) => hook, { secret: 'whsec_other' }],
    ['changed on the way', (hook: ReturnType<typeof webhook>) => ({ ...hook, body: hook.body.replace('5819', '1') }), {}],
    ['not signed', (hook: ReturnType<typeof webhook>) => ({ ...hook, headers: { 'Content-Type': 'application/json' } }), {}],
  ])('hears nothing of a webhook that is %s', async (_, changed, options) => {
    const order = await place({ sku: 'LAMP', quantity: '1', note: _ })

    expect((await deliver(changed(webhook(COMPLETED, { token: order.token, amount: 5819 }, options)))).status).toBe(403)
    await settle()
    expect(await stateOf(order.number)).not.toBe('paid')
  })

  test('is not paid by another amount, nor by its owner, who can cancel it', async () => {
    const order = await place({ sku: 'LAMP', quantity: '1', note: 'other amount' })
    await until(order.number, 'awaiting_payment')

    expect((await deliver(webhook(COMPLETED, { token: order.token, amount: 1 }))).status).toBe(200)
    await settle()
    expect(await stateOf(order.number)).toBe('awaiting_payment')
    expect(await asOwner('order.move', { number: order.number, to: 'paid' })).toBe(409)
    expect(await asOwner('order.move', { number: order.number, to: 'cancelled' })).toBe(201)
  })

  async function paidOrder(note: string) {
    const order = await place({ sku: 'LAMP', quantity: '1', note })
    await until(order.number, 'awaiting_payment')
    await deliver(webhook(COMPLETED, { token: order.token, amount: 5819 }))
    await until(order.number, 'paid')
    return order
  }

  const refundsOf = ({ token: of }: { readonly token: string }) =>
    [...standIn.refunds.values()].filter((each) => each.get('payment_intent') === `pi_${of.slice(0, 6)}`)

  test('whose refund Stripe refuses says so to buyer and owner, and can be refunded again', async () => {
    const order = await paidOrder('refused refund')
    standIn.refusals = 1
    expect(await asOwner('order.move', { number: order.number, to: 'refunded' })).toBe(201)
    await until(order.number, 'refund_failed')

    const [failed] = (await told()).filter(({ number }) => number === order.number)
    expect(failed).toMatchObject({ refunded: '0.00' })
    expect(failed?.log.at(-1)).toMatchObject({ amountMinor: 5819, reason: expect.stringContaining('Not with this account.') })
    await expect.poll(() => pageAt(order.page)).toContain('Your money could not be sent back')
    expect(faults.map(({ code }) => code)).toContain('payment-refused')
    await expect.poll(() => box.mails.map(({ mail }) => mail.subject)).toContain(`Order ${order.number}, A shop: Refund failed`)

    expect(await asOwner('order.move', { number: order.number, to: 'refunded' })).toBe(201)
    await until(order.number, 'refunded')
    await expect.poll(() => refundsOf(order).map((each) => each.get('amount'))).toEqual(['5819'])
    // The goods came back with the first of the two and not again.
    const states = (await told()).find(({ number }) => number === order.number)?.log.filter((step) => 'restocked' in step)
    expect(states).toHaveLength(1)
  })

  test('has its refund once, though the answer was lost and Stripe has forgotten the key meanwhile', async () => {
    const order = await paidOrder('lost answer')
    // The SDK itself asks once more.
    standIn.losses = 2
    expect(await asOwner('order.move', { number: order.number, to: 'refunded', amount: '10.00' })).toBe(201)
    await expect.poll(() => standIn.losses).toBe(0)
    standIn.forgetKeys()
    const asked = () => standIn.requests.filter((each) => each === 'GET /v1/refunds').length
    const before = asked()
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(before)
    await settle()

    expect(refundsOf(order)).toHaveLength(1)
    expect(await stateOf(order.number)).toBe('partially_refunded')
  })

  test('whose refund comes back from the bank days later is told by a webhook, once', async () => {
    const order = await paidOrder('bounced')
    expect(await asOwner('order.move', { number: order.number, to: 'refunded' })).toBe(201)
    await expect.poll(() => refundsOf(order).length).toBe(1)
    const metadata = Object.fromEntries(
      ['drowse', 'order', 'amountMinor'].map((name) => [name, refundsOf(order)[0]?.get(`metadata[${name}]`) ?? '']),
    )

    for (let time = 0; time < 2; time++)
      expect((await deliver(refundWebhook({ metadata, why: 'lost_or_stolen_card' }))).status).toBe(200)
    await until(order.number, 'refund_failed')
    await settle()

    expect((await statesOf(order.number))?.slice(-2)).toEqual(['refunded', 'refund_failed'])
  })

  test('that Stripe makes no session for says so, gives the goods back, and tells the owner', async () => {
    standIn.refusals = 1
    const order = await place({ sku: 'LAMP', quantity: '1', note: 'no session' })
    await until(order.number, 'payment_failed')

    await expect.poll(() => pageAt(order.page)).toContain('Nothing was paid, and the goods are on sale again.')
    expect(faults.map(({ message }) => message).join()).toContain(`order/${order.number}/`)
  })

  test('of nothing that costs anything is paid at once and asks Stripe for nothing', async () => {
    const before = standIn.requests.length
    const order = await place({ sku: 'GIFT', quantity: '1', page: '/products/gift/' })

    expect(await stateOf(order.number)).toBe('paid')
    expect(await asOwner('order.move', { number: order.number, to: 'fulfilled' })).toBe(201)
    expect(standIn.requests.length).toBe(before)
    await expect.poll(() => box.mails.filter(({ mail }) => mail.subject === `Order ${order.number}, A shop`).length).toBe(1)
  })
})
