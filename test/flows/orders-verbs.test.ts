import { execFile } from 'node:child_process'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Product, startProduct, workplace } from './product.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const place = workplace()
let product: Product
let token: string

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function drowse(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, DROWSE_TOKEN: token }
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [MAIN, ...args], { env })) }
  } catch (error) {
    const { code, stdout, stderr } = Object(error)
    return { code: Number(code), stdout: String(stdout), stderr: String(stderr) }
  }
}

const to = () => ['--to', product.url]

function order(fields: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams({
    page: '/products/cup/',
    sku: 'CUP',
    quantity: '1',
    address: 'Street 1',
    city: 'Town',
    ...fields,
  })
  return fetch(`${product.url}/-/order.create`, { method: 'POST', body, redirect: 'manual' })
}

beforeAll(async () => {
  appendFileSync(join(place.siteDir, 'site.yaml'), '\nshop: { open: true }\n')
  mkdirSync(join(place.siteDir, 'content/products'), { recursive: true })
  writeFileSync(join(place.siteDir, 'content/products/cup.md'), '---\ntitle: Cup\nprice: "12.50"\nsku: CUP\nstock: 3\n---\n')
  product = await startProduct(place)
  token = (await promisify(execFile)(process.execPath, [MAIN, 'token', place.siteDir, '--data', place.dataDir])).stdout.trim()
  expect((await order({ name: '=cmd()', email: 'ann@example.org', note: 'Two\nlines, "said"' })).status).toBe(303)
  expect((await order({ name: 'Bea', email: 'bea@example.org', quantity: '2' })).status).toBe(303)
}, 120_000)

afterAll(async () => {
  await product?.kill()
  place.clear()
})

describe('The owner at the terminal', { timeout: 60_000 }, () => {
  test('lists the orders without waking the machine', async () => {
    // The folder's sync and two orders, which are told once the machine sleeps again.
    await expect.poll(() => product.batches().length).toBe(3)

    const { stdout } = await drowse('orders', ...to())

    expect(stdout).toMatch(/^1 .* awaiting payment {2}12\.50 EUR {2}1 × Cup {2}=cmd\(\) <ann@example\.org>\n2 .*25\.00 EUR/)
    expect(product.batches().length).toBe(3)
  })

  test('has them as CSV that no spreadsheet takes for formulas', async () => {
    const { stdout } = await drowse('orders', '--csv', ...to())

    const rows = parse(stdout, { columns: true })
    expect(rows).toMatchObject([
      { order: '1', sku: 'CUP', quantity: '1', 'order total': '12.50', name: "'=cmd()", note: 'Two\nlines, "said"' },
      { order: '2', quantity: '2', 'line total': '25.00', name: 'Bea' },
    ])
  })

  test('moves an order on, and is told what can’t be', async () => {
    expect((await drowse('order', '1', 'paid', ...to())).stdout).toBe('Order 1 is paid.\n')
    expect((await drowse('order', '1', 'refunded', '--amount', '2.50', ...to())).stdout).toBe('Order 1 is partially refunded.\n')
    expect((await drowse('order', '2', 'cancelled', ...to())).stdout).toBe('Order 2 is cancelled.\n')

    const { code, stderr } = await drowse('order', '2', 'sent', ...to())
    expect(code).toBe(1)
    expect(stderr).toContain('Order 2 is cancelled, so it can’t become fulfilled.')
  })

  test('counts the stock', async () => {
    expect((await drowse('stock', 'CUP', '7', ...to())).stdout).toBe('Of CUP there are 7 left; it was 2.\n')
    expect((await drowse('stock', 'MUG', '7', ...to())).stderr).toContain('No product on sale has the SKU MUG.')
  })

  test('needs a token', async () => {
    const { stderr, code } = await drowse('orders', '--token', 'drowse_wrong', ...to())

    expect([code, stderr]).toEqual([1, expect.stringContaining('The bearer token is not one of this site’s.')])
  })
})
