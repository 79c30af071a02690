import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Product, startProduct, workplace } from '../flows/product.ts'
import { postForm } from '../flows/visitor.ts'
import { violations } from './axe.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

const place = workplace()
let browser: Browser
let product: Product

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  appendFileSync(join(place.siteDir, 'site.yaml'), '\ngateway: { writesPerHour: 8 }\n')
  product = await startProduct(place)
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS })
  // Half of what the site takes at once.
  for (const text of ['one', 'two']) expect((await postForm(product.url, { text })).status).toBe(303)
})

afterAll(async () => {
  await browser?.close()
  await product?.kill()
  place.clear()
})

/** On a page that nobody has written to. */
async function writes(path: string, javaScriptEnabled: boolean, text: string) {
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } })
  const page = await context.newPage()
  const refused: string[] = []
  page.on('console', (message) => message.type() === 'error' && refused.push(message.text()))
  await page.goto(product.url + path)
  await page.locator('[name=name]').fill('Vera')
  await page.locator('textarea[name=text]').first().fill(text)
  await page.locator('form[action="/-/comment.create"] button[type=submit]').first().click()
  return { page, context, refused }
}

it('the page that asks for it is accessible', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.route('**/-/proof.js', (route) => route.abort())
  await page.goto(`${product.url}/posts/third/`)
  await page.locator('[name=name]').fill('Vera')
  await page.locator('textarea[name=text]').first().fill('Another.')
  await page.locator('form[action="/-/comment.create"] button[type=submit]').first().click()
  await page.getByText('One moment').waitFor()
  expect(await violations(page, 'proof')).toEqual([])
  await context.close()
})

it('a browser shows by itself that a person may be behind it, and their comment is there', async () => {
  const { page, context, refused } = await writes('/posts/second/', true, 'Written in a crowd.')

  await page.waitForURL(/\/posts\/second\/\?v=/, { timeout: 60_000 })

  expect(await page.locator('main').textContent()).toContain('Written in a crowd.')
  // 429 itself is told; no rule of the page’s was broken.
  expect(refused.filter((text) => !text.includes('429'))).toEqual([])
  await context.close()
})

it('without JavaScript, who waits twenty seconds and presses the button once more is believed', async () => {
  const { page, context } = await writes('/posts/third/', false, 'Patience.')
  expect(await page.locator('h1').textContent()).toBe('One moment')
  expect(await page.locator('main').textContent()).toContain('wait twenty seconds')
  expect(await page.locator('textarea[name=text]').inputValue()).toBe('Patience.')
  expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(360)

  await page.waitForTimeout(21_000)
  await page.locator('main button[type=submit]').first().click()

  await page.waitForURL(/\/posts\/third\/\?v=/)
  expect(await page.locator('main').textContent()).toContain('Patience.')
  await context.close()
})
