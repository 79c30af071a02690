import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT_DIR } from '../../src/cli/paths.ts'
import { type Product, startProduct } from '../flows/product.ts'
import { violations } from './axe.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const POST = '/posts/why-a-site-should-sleep/'

const dataDir = mkdtempSync(join(tmpdir(), 'drowse-browser-'))
const pictures = mkdtempSync(join(tmpdir(), 'drowse-pictures-'))
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

async function send(page: Page, form: string, fields: { name: string; text: string }): Promise<void> {
  await page.locator(`${form} [name=name]`).fill(fields.name)
  await page.locator(`${form} [name=text]`).fill(fields.text)
  await page.locator(`${form} button[type=submit]`).click()
  await page.waitForLoadState()
}

describe('a visitor on a phone without JavaScript', () => {
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
    page = await context.newPage()
  })
  afterAll(() => context?.close())

  it('leaves a comment and lands on it', async () => {
    await page.goto(product.url + POST)
    await send(page, '.respond form', { name: 'Vera', text: 'I read this **on the train**.' })
    expect(page.url()).toMatch(new RegExp(`${POST}\\?v=[0-9a-f]{10}#comment-1$`))
    const comment = page.locator('#comment-1')
    await expect.poll(() => isInView(page, '#comment-1')).toBe(true)
    expect(await comment.locator('.e-content').innerHTML()).toContain('<strong>on the train</strong>')
    await page.screenshot({ path: join(pictures, 'comment.png') })
  })

  it('answers it', async () => {
    await page.locator('#comment-1 summary').click()
    await send(page, '#comment-1 details form', { name: 'Max', text: 'So did I.' })
    expect(page.url()).toMatch(/#comment-2$/)
    expect(await page.locator('li:has(> #comment-1) .thread #comment-2').textContent()).toContain('So did I.')
    expect(await isInView(page, '#comment-2')).toBe(true)
  })

  it('keeps what was typed when something is missing, is led to the field, and sends it again', async () => {
    await page.goto(product.url + POST)
    await send(page, '.respond form', { name: '   ', text: 'An hour’s work: <b>“quoted”</b>\n\nand a second paragraph.' })
    await page.screenshot({ path: join(pictures, 'error.png') })
    expect(await page.locator('[role=alert]').textContent()).toContain('Please give a name.')
    expect(await page.locator('textarea').inputValue()).toBe('An hour’s work: <b>“quoted”</b>\n\nand a second paragraph.')
    expect(await page.locator('label:has(#name)').textContent()).toBe('Name Please give a name.')
    await page.locator('[role=alert] a').click()
    expect(page.url()).toMatch(/#name$/)
    await page.locator('#name').fill('Robin')
    await page.locator('.comment-form button[type=submit]').click()
    await page.waitForLoadState()
    expect(page.url()).toMatch(/#comment-3$/)
    expect(await page.locator('#comment-3 .e-content').textContent()).toContain('and a second paragraph.')
  })

  it('never has to scroll sideways', async () => {
    for (const path of ['/', POST, '/products/', '/profile/', '/manual/', '/search/', '/archive/2026/']) {
      expect((await page.goto(product.url + path))?.status(), path).toBe(200)
      expect(await page.locator('html').evaluate((html) => html.scrollWidth), path).toBeLessThanOrEqual(360)
    }
  })
})

describe.each([360, 768, 1280])('axe at %i px', (width) => {
  it.each(['light', 'dark'] as const)('finds nothing on any kind of page, %s', async (colorScheme) => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
    const page = await context.newPage()
    const found: string[] = []
    for (const path of [
      '/',
      '/posts/',
      POST,
      '/products/',
      '/products/night-lamp/',
      '/profile/',
      '/notes/',
      '/manual/',
      '/manual/settings/',
      '/tags/',
      '/archive/',
      '/archive/2026/',
      '/search/?q=sleeping+machine',
      '/nowhere/',
    ]) {
      const response = await page.goto(product.url + path, { waitUntil: 'networkidle' })
      expect(response?.status(), path).toBe(path === '/nowhere/' ? 404 : 200)
      found.push(...(await violations(page, path)))
    }
    await page.goto(product.url + POST)
    await send(page, '.respond form', { name: '  ', text: 'Kept.' })
    found.push(...(await violations(page, 'the error page')))
    await page.screenshot({ path: join(pictures, `error-${width}-${colorScheme}.png`) })
    await context.close()
    expect(found).toEqual([])
  })
})

async function isInView(page: Page, selector: string): Promise<boolean> {
  const box = await page.locator(selector).boundingBox()
  const height = page.viewportSize()?.height ?? 0
  return box !== null && box.y >= 0 && box.y < height
}
