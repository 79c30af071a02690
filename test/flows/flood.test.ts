import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startStandIn, WEBHOOK_SECRET, webhook } from '../effects/stripe-stand-in.ts'
import { machineRuns } from './audit.ts'
import { drowse, type Product, startProduct, workplace } from './product.ts'
import { sendPost } from './visitor.ts'

const NETWORKS = 200
const POSTS = 10_000
/** So many come one by one, each to a machine that has gone to sleep again: what costs most. */
const ONE_BY_ONE = 60
/** Connections of the others. */
const AT_ONCE = 64
/** Of them half may come at once, and another one every few minutes. */
const WAKES = 20
const ENTRY = ['title: Cup', 'price: "10.00"', 'sku: CUP', 'stock: 5']

/** From one of 200 networks, by a proxy that the site trusts. */
function visitor(url: string, index: number): Record<string, string> {
  const network = index % NETWORKS
  return { origin: url, 'x-forwarded-for': `${network < 100 ? 203 : 198}.51.${network % 100}.${1 + (index % 250)}` }
}

async function comment(url: string, index: number): Promise<number> {
  const page = `/posts/${['first', 'second', 'third'][index % 3]}/`
  const body = new URLSearchParams({ page, name: `Robot ${index}`, text: `Buy number ${index}.` })
  const request = { method: 'POST', body, redirect: 'manual', headers: visitor(url, index) } as const
  const response = await fetch(`${url}/-/comment.create`, request)
  await response.arrayBuffer()
  return response.status
}

async function flood(url: string): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>()
  let next = 0
  while (next < ONE_BY_ONE) {
    const status = await comment(url, next++)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    await sleep(50)
  }
  const one = async () => {
    while (next < POSTS) {
      const status = await comment(url, next++)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return statuses
}

/** Places an order that Stripe is to be paid for; the token in its page’s address, once it waits for the money. */
async function order(product: Product): Promise<string> {
  const fields = { page: '/products/cup/', name: 'Ann', email: 'ann@example.org', address: 'Street 1', city: 'Town', sku: 'CUP' }
  const request = {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
    headers: { origin: product.url },
  } as const
  const answer = await fetch(`${product.url}/-/order.create`, request)
  const page = (answer.headers.get('location') ?? '').replace(/\?.*/, '')
  await expect.poll(async () => (await fetch(product.url + page)).text()).toContain('checkout.stripe.example')
  return page.split('/')[2] ?? ''
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const from = performance.now()
  return [await work(), performance.now() - from]
}

test('10,000 POSTs from 200 networks wake the machine no more often than the budget says, and hold up neither the owner nor a payment', {
  timeout: 180_000,
}, async () => {
  const place = workplace()
  onTestFinished(place.clear)
  const settings = [`gateway: { wakesPerHour: ${WAKES}, trustedProxies: [127.0.0.1] }`, 'shop: { open: true, payment: [stripe] }']
  appendFileSync(join(place.siteDir, 'site.yaml'), `\n${settings.join('\n')}\n`)
  writeFileSync(join(place.siteDir, 'content/products/cup.md'), ['---', ...ENTRY, '---', ''].join('\n'))
  const standIn = await startStandIn()
  onTestFinished(() => standIn.close())
  const keys = { DROWSE_STRIPE_KEY: 'sk_test_1', DROWSE_STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET }
  const api = `${standIn.api.protocol}://${standIn.api.host}:${standIn.api.port}`
  const product = await startProduct(place, { ...keys, DROWSE_STRIPE_API: api })
  onTestFinished(() => product.kill())
  const token = (await drowse(['token', place.siteDir, '--data', place.dataDir])).stdout.trim()
  const orderToken = await order(product)
  const before = machineRuns(place.dataDir).length

  const flooding = flood(product.url)
  flooding.catch(() => {})
  // In the thick of it.
  await product.line(({ batch }) => batch?.error?.code === 'wakes-spent')
  const owners: number[] = []
  for (let index = 0; index < 3; index++) {
    const post = {
      path: `content/posts/own-${index}.md`,
      text: `---\ntitle: Own ${index}\ndate: 2024-01-0${index + 1}\n---\n`,
      key: `own-${index}`,
    }
    const [answer, ms] = await timed(() => sendPost(product.url, token, post))
    expect(answer.status).toBe(201)
    owners.push(ms)
  }
  const paid = webhook('checkout.session.completed', { token: orderToken, amount: 1000 })
  const [, paidMs] = await timed(async () => {
    const answer = await fetch(`${product.url}/-/hooks/stripe`, { method: 'POST', body: paid.body, headers: paid.headers })
    expect(answer.status).toBe(200)
    const shown = async () => (await fetch(`${product.url}/orders/${orderToken}/`)).text()
    await expect.poll(shown, { interval: 10 }).not.toContain('checkout.stripe.example')
  })
  const statuses = await flooding
  const runs = machineRuns(place.dataDir).length - before
  // Half of the budget, what came back of it meanwhile, and the owner’s own and the payment’s.
  expect(runs).toBeLessThanOrEqual(WAKES / 2 + 1 + owners.length + 1)
  expect([...statuses.keys()].filter((status) => ![202, 303, 429].includes(status))).toEqual([])
  expect(Math.max(...owners)).toBeLessThan(1000)
  expect(paidMs).toBeLessThan(1000)
})
