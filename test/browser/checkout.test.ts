import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StandIn, startStandIn, WEBHOOK_SECRET, webhook } from '../effects/stripe-stand-in.ts'
import { type Product, startProduct, workplace } from '../flows/product.ts'
import { violations } from './axe.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const CHECKOUT = 'https://checkout.stripe.example'
const COMPLETED = 'checkout.session.completed'

const place = workplace()
let browser: Browser
let standIn: StandIn
let product: Product

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  const shop = 'shop: { open: true, payment: [stripe, invoice], instructions: Send it to the owl., tax: { rate: 19 } }'
  appendFileSync(join(place.siteDir, 'site.yaml'), `\n${shop}\n`)
  writeFileSync(join(place.siteDir, 'content/products/cup.md'), '---\ntitle: Cup\nprice: "10.00"\nsku: CUP\nstock: 500\n---\n')
  standIn = await startStandIn()
  const { protocol, host, port } = standIn.api
  const keys = { DROWSE_STRIPE_KEY: 'sk_test_1', DROWSE_STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET }
  product = await startProduct(place, { ...keys, DROWSE_STRIPE_API: `${protocol}://${host}:${port}` })
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS })
})

afterAll(async () => {
  await browser?.close()
  await product?.kill()
  await standIn?.close()
  place.clear()
})

/** Stripe's own page: it leads back to the addresses that its session was made with. */
function checkoutPage(url: string): string {
  const session = [...standIn.sessions.values()][Number(url.split('/').at(-1)) - 1]
  const back = (name: string) => `${product.url}${new URL(session?.get(name) ?? '').pathname}`
  const amount = Number(session?.get('line_items[0][price_data][unit_amount]')) / 100
  return `<!doctype html><title>Checkout</title><p>${amount.toFixed(2)} ${session?.get('line_items[0][price_data][currency]')}</p>
    <a href="${back('success_url')}">Pay</a> <a href="${back('cancel_url')}">Back</a>`
}

interface Buyer {
  readonly page: Page
  readonly context: BrowserContext
  /** Of the order's page. */
  readonly token: string
}

/** Orders a cup, and stands before Stripe's page. */
async function orders(options: { readonly javaScriptEnabled: boolean; readonly width: number }, note: string): Promise<Buyer> {
  const { javaScriptEnabled, width } = options
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width, height: 800 } })
  await context.route(`${CHECKOUT}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: checkoutPage(route.request().url()) }),
  )
  const page = await context.newPage()
  await placeOrder(page, note, 'stripe')
  const token = /\/orders\/([0-9a-f]{32})\//.exec(page.url())?.[1] ?? ''
  // Until its session is made, the page looks again by itself, script or not.
  await page.locator('main a.button').click({ timeout: 30_000 })
  expect(page.url()).toMatch(new RegExp(`^${CHECKOUT}/c/pay/`))
  expect(await page.locator('p').textContent()).toBe('10.00 eur')
  return { page, context, token }
}

async function placeOrder(page: Page, note: string, payment: string): Promise<void> {
  await page.goto(`${product.url}/products/cup/`)
  await page.locator('.order-one summary').click()
  const texts = { name: 'Vera', email: 'vera@example.org', address: 'Long Street 7', postcode: '10115', city: 'Berlin', note }
  for (const [name, value] of Object.entries(texts)) await page.locator(`.order-form [name=${name}]`).fill(value)
  await page.locator('.order-form select[name=payment]').selectOption(payment)
  await page.locator('.order-form button[type=submit]').click()
  await page.waitForURL(/\/orders\/[0-9a-f]{32}\//)
}

async function deliver({ body, headers }: ReturnType<typeof webhook>): Promise<void> {
  const answer = await fetch(`${product.url}/-/hooks/stripe`, { method: 'POST', body, headers })
  expect(answer.status).toBe(200)
}

const paid = (token: string) => webhook(COMPLETED, { token, amount: 1000 })
const expired = (token: string) => webhook('checkout.session.expired', { token, amount: 1000, status: 'unpaid' })

/** What the order's page says of its state once it says that. */
async function says(page: Page, state: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.reload()
        return await page.locator('.order-state').textContent()
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBe(state)
}

const steps = async (page: Page) =>
  (await page.locator('.order-log li').allTextContents()).map((text) =>
    text.replace(/^.*\d{2}:\d{2}\S*\s*|^.*\d{4}\S*\s*/, '').trim(),
  )

describe.each([
  ['on a phone without JavaScript', { javaScriptEnabled: false, width: 360 }],
  ['with JavaScript', { javaScriptEnabled: true, width: 1280 }],
] as const)('a buyer %s who pays by Stripe Checkout', (name, options) => {
  it('lands on an order that is paid, if Stripe’s word came first', async () => {
    const { page, context, token } = await orders(options, `${name} first`)
    await deliver(paid(token))
    await expect.poll(async () => (await fetch(`${product.url}/orders/${token}/`)).text()).not.toContain(CHECKOUT)

    await page.getByText('Pay', { exact: true }).click()

    expect(await page.locator('.order-state').textContent()).toBe('Paid')
    expect(await page.locator('main a.button').count()).toBe(0)
    expect(await page.content()).not.toContain('Vera')
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(options.width)
    if (options.javaScriptEnabled) expect(await violations(page, 'paid order')).toEqual([])
    await context.close()
  })

  it('lands on an order that still waits, if it comes late, and sees it paid once when it came twice', async () => {
    const { page, context, token } = await orders(options, `${name} late`)
    await page.getByText('Pay', { exact: true }).click()
    expect(await page.locator('.order-state').textContent()).toBe('Waiting for payment')

    const word = paid(token)
    await Promise.all([deliver(word), deliver(word), deliver(paid(token))])

    await says(page, 'Paid')
    expect((await steps(page)).filter((step) => step.endsWith('Paid'))).toHaveLength(1)
    await context.close()
  })

  it('has it paid, if Stripe’s words come in the wrong order', async () => {
    const { page, context, token } = await orders(options, `${name} disorder`)
    await deliver(expired(token))
    await page.getByText('Back', { exact: true }).click()
    await says(page, 'Expired')
    expect(await page.locator('main').textContent()).toContain('the goods are on sale again')
    if (options.javaScriptEnabled) expect(await violations(page, 'expired order')).toEqual([])

    await deliver(paid(token))
    await deliver(expired(token))

    await says(page, 'Paid')
    await context.close()
  })

  it('can still pay, if it never comes or they went back', async () => {
    const { page, context } = await orders(options, `${name} never`)
    await page.getByText('Back', { exact: true }).click()

    expect(await page.locator('.order-state').textContent()).toBe('Waiting for payment')
    expect(await page.locator('main').textContent()).toContain('The goods are kept for you until')
    await page.locator('main a.button').click()
    expect(page.url()).toContain(CHECKOUT)
    await context.close()
  })

  it('reads what to do where Stripe makes no session', async () => {
    standIn.refusals = 1
    const { javaScriptEnabled, width } = options
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width, height: 800 } })
    const page = await context.newPage()
    await placeOrder(page, `${name} refused`, 'stripe')

    await says(page, 'Payment failed')
    expect(await page.locator('main').textContent()).toContain('ask the shop for another way to pay')
    await context.close()
  })

  it('may pay by invoice instead', async () => {
    const { javaScriptEnabled, width } = options
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width, height: 800 } })
    const page = await context.newPage()
    const before = standIn.requests.length
    await placeOrder(page, `${name} invoice`, 'invoice')

    expect(await page.locator('.order-state').textContent()).toBe('Waiting for payment')
    expect(await page.locator('.order-pay').textContent()).toBe('Send it to the owl.')
    expect(standIn.requests.length).toBe(before)
    await context.close()
  })
})
