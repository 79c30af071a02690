import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose, type Embedded, openBackends } from '../../src/cli/embedded.ts'
import { siteApp } from '../../src/cli/site-app.ts'
import { syncFolder } from '../../src/cli/sync-folder.ts'
import { mailPerformer } from '../../src/effects/mail.ts'
import { ownerTokens } from '../../src/gateway/tokens.ts'
import { siteFolder } from '../build/site-folder.ts'
import { type Mailbox, startMailbox } from '../effects/mailbox.ts'
import { newFolder } from '../guest/running-guest.ts'

const ORIGIN = 'https://shop.example'
const SITE = siteFolder({
  'site.yaml': `title: A shop\nurl: ${ORIGIN}\nshop: { open: true, shipping: [{ name: Post, price: "4.90" }] }\nmail: { from: shop@shop.example, owner: owner@shop.example }\n`,
  'content/products/lamp.md':
    '---\ntitle: Lamp\nprice: "48.00"\nvariants:\n  - { name: Oak, sku: OAK, stock: 4 }\n  - { name: Walnut, sku: WAL, stock: 3 }\n---\n',
})

const dataDir = newFolder('orders')
let embedded: Embedded
let app: ReturnType<typeof siteApp>
let token: string
let box: Mailbox

beforeAll(async () => {
  box = await startMailbox()
  const performers = [mailPerformer({ smtpUrl: box.url })]
  embedded = await compose({ ...openBackends(dataDir), performers }, () => undefined)
  embedded.dispatcher.start()
  await syncFolder(SITE, embedded)
  app = siteApp(embedded, { dataDir, origin: ORIGIN, deadlineMs: 60_000 })
  token = ownerTokens(join(dataDir, 'tokens.json')).create('2026-01-01')
}, 60_000)

afterAll(async () => {
  await embedded?.close()
  await box?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

function send(fields: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams({
    page: '/products/lamp/',
    name: 'Ann',
    email: 'ann@example.org',
    address: 'Street 1',
    city: 'Town',
    ...fields,
  })
  const init = { method: 'POST', body, headers: { Origin: ORIGIN } }
  return Promise.resolve(app.request(`${ORIGIN}/-/order.create`, init))
}

const asOwner = (path: string) =>
  Promise.resolve(app.request(`${ORIGIN}${path}`, { headers: { Authorization: `Bearer ${token}` } }))

interface Told {
  readonly lines: readonly { readonly sku: string }[]
}

async function ordersNow(): Promise<readonly Told[]> {
  return JSON.parse(await (await asOwner('/-/private/orders/1.json')).text())
}

describe('Through the real gateway and machine', () => {
  test('500 buyers race for 7 lamps of two kinds: 7 have one, 493 are told so, and nothing is held for nobody', {
    timeout: 120_000,
  }, async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        send({ name: `Buyer ${index}`, sku: index % 2 === 0 ? 'OAK' : 'WAL', quantity: '1', key: `race-${index}` }),
      ),
    )

    const sold = answers.filter(({ status }) => status === 303)
    const told = answers.filter(({ status }) => status === 409)
    expect([sold.length, told.length]).toEqual([7, 493])
    const [loser] = told
    const page = (await loser?.text()) ?? ''
    expect(page).toContain('is sold out.')
    expect(page).toMatch(/value="Buyer \d+"/)
    expect(new Set(sold.map(({ headers }) => headers.get('Location'))).size).toBe(7)

    const orders = await ordersNow()
    const kinds = orders.map(({ lines }) => lines[0]?.sku)
    expect(kinds.toSorted()).toEqual(['OAK', 'OAK', 'OAK', 'OAK', 'WAL', 'WAL', 'WAL'])
    const product = await (await app.request(`${ORIGIN}/products/lamp/`)).text()
    expect(product).toContain('Sold out')
    expect(product).not.toContain('<form')

    const late = await send({ sku: 'OAK', quantity: '1', key: 'race-late' })
    expect(late.status).toBe(409)
  })

  test('the same form sent a hundred times at once is one order', { timeout: 120_000 }, async () => {
    const init = {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ sku: 'OAK', left: 50 }),
    }
    expect((await app.request(`${ORIGIN}/-/stock.set`, init)).status).toBe(201)

    const answers = await Promise.all(Array.from({ length: 100 }, () => send({ sku: 'OAK', quantity: '2', key: 'once' })))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
    const [location, ...others] = new Set(answers.map(({ headers }) => headers.get('Location')))
    expect(others).toEqual([])
    expect(await (await app.request(`${ORIGIN}${location}`)).text()).toContain('2 × €48.00')
    const orders = await ordersNow()
    expect(orders).toHaveLength(8)
  })

  test('each order is told by one mail to its buyer and one to the owner, whatever was sent how often', async () => {
    await box.has(16)
    await new Promise((resolve) => setTimeout(resolve, 200))

    expect(box.mails).toHaveLength(16)
    expect(new Set(box.mails.map(({ mail }) => mail.messageId)).size).toBe(16)
    const toBuyer = box.mails.filter(({ to }) => to[0] === 'ann@example.org').at(-1)
    expect(toBuyer?.mail.subject).toBe('Order 8, A shop')
    expect(toBuyer?.mail.text).toMatch(
      /2 × Lamp, Oak: €96\.00[\s\S]*Total: €100\.90[\s\S]*https:\/\/shop\.example\/orders\/[0-9a-f]{32}\//,
    )
    expect(toBuyer?.raw).not.toContain('Street 1')
    const toOwner = box.mails.filter(({ to }) => to[0] === 'owner@shop.example').at(-1)
    expect(toOwner?.mail.text).toContain('Street 1')
    expect(toOwner?.mail.replyTo?.value[0]?.address).toBe('ann@example.org')
  })

  test('what is missing is told on a page that keeps what was typed', async () => {
    const answer = await send({ sku: 'OAK', quantity: '3', email: 'not an address', note: 'Two\nlines <b>' })

    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toContain('This does not look like an e-mail address.')
    expect(page).toContain('value="not an address"')
    expect(page).toContain('Two\nlines &lt;b&gt;')
    expect(page).toMatch(/name="n-OAK"[^>]*value="3"/)
  })

  test('nobody but the owner reads who ordered', async () => {
    const paths = ['/private/orders/1.json', '/-/private/orders/1.json', '/-/private/../private/orders/1.json']
    const answers = await Promise.all(paths.map((path) => app.request(`${ORIGIN}${path}`)))
    const wrong = await app.request(`${ORIGIN}/-/private/orders/1.json`, { headers: { Authorization: 'Bearer drowse_no' } })

    expect([...answers, wrong].map(({ status }) => status)).toEqual([404, 401, 401, 403])
    expect((await asOwner('/-/private/orders/..%2f..%2findex.html')).status).toBe(404)
    expect((await asOwner('/-/private/orders/1.json')).headers.get('Cache-Control')).toBe('no-store')
  })
})
