import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT_DIR } from '../../src/cli/paths.ts'
import { type Product, startProduct } from '../flows/product.ts'
import { violations } from './axe.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const LAMP = '/products/night-lamp/'

const dataDir = mkdtempSync(join(tmpdir(), 'drowse-browser-shop-'))
const pictures = process.env.DROWSE_PICTURES ?? mkdtempSync(join(tmpdir(), 'drowse-pictures-'))
let browser: Browser
let product: Product

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS })
  product = await startProduct({ siteDir: ROOT_DIR, dataDir })
})

afterAll(async () => {
  await browser?.close()
  await product?.kill()
  rmSync(dataDir, { recursive: true, force: true })
})

async function fillIn(page: Page): Promise<void> {
  for (const [name, value] of [
    ['name', 'Vera Reader'],
    ['email', 'vera@example.org'],
    ['address', 'Long Street 7'],
    ['postcode', '10115'],
    ['city', 'Berlin'],
  ] as const)
    await page.locator(`.order-form [name=${name}]`).fill(value)
  const country = page.locator('.order-form select[name=country]')
  if ((await country.count()) > 0) await country.selectOption('DE')
}

async function send(page: Page): Promise<void> {
  await page.locator('.order-form button[type=submit]').click()
  await page.waitForLoadState()
}

describe('a buyer on a phone without JavaScript', () => {
  it('orders a variant, and lands on a page that says what it comes to and not who they are', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
    const page = await context.newPage()
    await page.goto(product.url + LAMP)
    await page.locator('.order-one summary').click()
    await page.locator('.choice:has-text("Walnut")').click()
    await page.locator('[name=quantity]').fill('2')
    await fillIn(page)
    await page.screenshot({ path: join(pictures, 'form-360.png'), fullPage: true })
    await send(page)

    expect(page.url()).toMatch(/\/orders\/[0-9a-f]{32}\/\?v=/)
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).toContain('Night lamp, Walnut')
    expect(text).toContain('€112.00')
    expect(text).toContain('Waiting for payment')
    expect(await page.content()).not.toContain('Vera')
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(360)
    await page.screenshot({ path: join(pictures, 'order-360.png'), fullPage: true })
    await context.close()
  })

  it('orders several things from the cart’s page, after being told what was missing', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
    const page = await context.newPage()
    await page.goto(`${product.url}/cart/`)
    await page.locator('[name="n-LAMP-OAK"]').fill('1')
    await page.locator('[name="n-NOTE-160"]').fill('2')
    await fillIn(page)
    await page.locator('[name=name]').fill('   ')
    await send(page)
    expect(await page.locator('[role=alert]').textContent()).toContain('Please give a name.')
    expect(await page.locator('[name="n-NOTE-160"]').inputValue()).toBe('2')
    await page.screenshot({ path: join(pictures, 'error-360.png'), fullPage: true })
    await page.locator('#name').fill('Vera')
    await send(page)

    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).toContain('Night lamp, Oak')
    expect(text).toContain('€77.00')
    await context.close()
  })
})

describe('a buyer with JavaScript', () => {
  it('puts things into a cart that wakes nothing, orders them, and has an empty cart', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    // The earlier orders are told once the machine sleeps again.
    await page.waitForTimeout(1000)
    const before = product.batches().length
    await page.goto(product.url + LAMP)
    await page.locator('.order-one summary').click()
    await page.locator('.choice:has-text("Oak")').click()
    await page.locator('.cart-add').click()
    await page.goto(`${product.url}/products/slow-notebook/`)
    await page.locator('.cart-add').click()
    await page.locator('.cart-add').click()
    await page.locator('.cart-link').click()
    await page.waitForLoadState()
    expect(await page.locator('.cart-lines li:visible').allTextContents()).toEqual([
      expect.stringContaining('Night lamp, Oak'),
      expect.stringContaining('Notebook for slow writers'),
    ])
    expect(await page.locator('[name="n-NOTE-160"]').inputValue()).toBe('2')
    expect(product.batches().length).toBe(before)

    await fillIn(page)
    await send(page)
    expect(page.url()).toMatch(/\/orders\/[0-9a-f]{32}\//)
    expect(await page.locator('.order-lines tbody tr').count()).toBe(2)
    await page.goto(`${product.url}/cart/`)
    expect(await page.locator('.cart-empty').isVisible()).toBe(true)
    await context.close()
  })

  it('sees the last one gone at once on the product’s page and in the shop', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(product.url + LAMP)
    await page.locator('.order-one summary').click()
    await page.locator('.choice:has-text("Walnut")').click()
    await fillIn(page)
    await send(page)
    await page.goto(product.url + LAMP)
    await page.locator('.order-one summary').click()
    expect(await page.locator('.choice:has-text("Walnut")').textContent()).toContain('Sold out')
    expect(await page.locator('.choice input[value=LAMP-WALNUT]').isDisabled()).toBe(true)
    await context.close()
  })
})

describe.each([360, 768, 1280])('the shop at %i px', (width) => {
  it.each(['light', 'dark'] as const)('is accessible and does not scroll sideways, %s', async (colorScheme) => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
    const page = await context.newPage()
    const found: string[] = []
    const check = async (name: string) => {
      found.push(...(await violations(page, name)))
      expect(await page.locator('html').evaluate((html) => html.scrollWidth), name).toBeLessThanOrEqual(width)
      await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true })
    }
    await page.goto(`${product.url}/products/`)
    await check('list')
    await page.goto(`${product.url}/products/category/paper/`)
    await check('category')
    await page.goto(product.url + LAMP)
    await page.locator('.order-one summary').click()
    await check('product')
    await page.goto(`${product.url}/products/slow-notebook/`)
    await page.locator('.cart-add').click()
    await page.goto(`${product.url}/cart/`)
    await check('cart')
    await fillIn(page)
    await send(page)
    await check('order')
    await context.close()
    expect(found).toEqual([])
  })
})
