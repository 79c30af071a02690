import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeCorpus } from './corpus.ts'
import { type Gateway, startGateway, stopGateway } from './gateway.ts'
import { bar, median, percentile, table } from './report.ts'

/** Orders that one of the two shops has already. */
const ORDERS = 1_000
const AT_ONCE = 50
const WARM_UP = 15
const ROUNDS = 60
/** Long enough for the machine to be asleep again before the next order. */
const PAUSE_MS = 30
const POSTS = 100

/**
 * An order from POST to its page, in two shops that take turns: one that never sold anything and one with a thousand orders. Each order buys the last one of its product, which is then sold out on all pages
 * that show it.
 */
export async function benchOrders(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  const gateways: Gateway[] = []
  try {
    for (const name of ['empty', 'full']) gateways.push(await startGateway(shop(join(dir, name)), POSTS))
    const [empty, full] = gateways
    if (empty === undefined || full === undefined) throw new Error('Two gateways were started.')
    for (let placed = 0; placed < ORDERS; placed += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => order(full, 'bulk', `bulk-${placed + index}`)))
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      for (const gateway of gateways) await timed(gateway, round)
      if (round === WARM_UP - 1) for (const gateway of gateways) gateway.forget()
    }
    return report(empty, full)
  } finally {
    for (const gateway of gateways) await stopGateway(gateway)
    rmSync(dir, { recursive: true })
  }
}

function shop(site: string): string {
  writeCorpus(site, POSTS)
  appendFileSync(join(site, 'site.yaml'), 'shop: { open: true, shipping: [{ name: Post, price: "4.90" }], tax: { rate: 19 } }\n')
  mkdirSync(join(site, 'content/products'), { recursive: true })
  const product = (name: string, stock: string) =>
    writeFileSync(join(site, `content/products/${name}.md`), `---\ntitle: ${name}\nprice: "12.50"\nsku: ${name}\n${stock}---\n`)
  product('bulk', '')
  for (let number = 0; number < WARM_UP + ROUNDS; number++) product(`last-${number}`, 'stock: 1\n')
  return site
}

async function order({ url }: Gateway, sku: string, key: string): Promise<void> {
  const buyer = { name: 'Ann', email: 'ann@example.org', address: 'Street 1', city: 'Town' }
  const body = new URLSearchParams({ page: `/products/${sku}/`, sku, key, ...buyer })
  const response = await fetch(new URL('/-/order.create', url), { method: 'POST', body, redirect: 'manual' })
  if (response.status !== 303) throw new Error(`The order was answered ${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
}

/** Returns when the machine sleeps again. */
async function timed(gateway: Gateway, round: number): Promise<void> {
  const before = gateway.batches.length
  const startedAt = performance.now()
  await order(gateway, `last-${round}`, `last-${round}`)
  const ms = performance.now() - startedAt
  while (gateway.batches.length === before) await sleep(1)
  await sleep(PAUSE_MS)
  gateway.latencies.push(ms)
}

function report(empty: Gateway, full: Gateway): string {
  const row = (name: string, { latencies, batches }: Gateway) => {
    const rendered = batches.map((batch) => batch.rendered)
    const pages = `${Math.min(...rendered)}–${Math.max(...rendered)}`
    return [name, median(latencies), percentile(latencies, 0.95), percentile(latencies, 0.99), pages]
  }
  return [
    `An order of the last one of a product, POST to its page, ms (${ROUNDS} each, by turns)`,
    table(['', 'p50', 'p95', 'p99', 'pages'], [row(`after ${ORDERS} orders`, full), row('in an empty shop', empty)]),
    bar('ratio of p50', median(full.latencies) / median(empty.latencies), 1.5),
    bar('ratio of p95', percentile(full.latencies, 0.95) / percentile(empty.latencies, 0.95), 1.5),
  ].join('\n')
}
