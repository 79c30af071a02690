import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeFiles } from '../build/site-folder.ts'
import { type Product, startProduct } from '../flows/product.ts'

const CHROMIUM = '/usr/bin/chromium'

const post = (title: string, day: number, body: string) =>
  `---\ntitle: ${title}\ndate: 2024-01-${String(day).padStart(2, '0')}\ntags: [birds]\n---\n${body}\n`

const SITE = {
  'site.yaml': 'title: Owls\nurl: http://localhost:3000\nlanguages: { ru: { title: Совы } }\n',
  ...Object.fromEntries(
    Array.from({ length: 14 }, (_, index) => [
      `content/posts/night-${index + 1}.md`,
      post(`Night ${index + 1}`, index + 1, `We waited ${'for hours '.repeat(40)}until a **sleepy** owl came.`),
    ]),
  ),
  'content/posts/sleep.md': post('How owls sleep', 20, 'They close one eye. <b>“Quoted”</b>'),
  'content/posts/tree.ru.md': post('Ёлка у дома', 21, 'На ней спит сова.'),
}

const root = mkdtempSync(join(tmpdir(), 'drowse-search-'))
let browser: Browser
let product: Product
let context: BrowserContext
let page: Page

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  const siteDir = join(root, 'site')
  writeFiles(siteDir, SITE)
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-gpu'] })
  product = await startProduct({ siteDir, dataDir: join(root, 'data') })
})
afterAll(async () => {
  await browser?.close()
  await product?.kill()
  rmSync(root, { recursive: true, force: true })
})
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 360, height: 740 } })
  page = await context.newPage()
})
afterEach(() => context.close())

const titles = () => page.locator('.search-results h2').allTextContents()
const status = () => page.locator('[role=status]').textContent()

describe('A reader who searches', () => {
  it('finds while typing, the best first, with the words marked and the number said', async () => {
    await page.goto(`${product.url}/`)
    await page.getByRole('link', { name: 'Search' }).click()
    await expect.poll(() => page.evaluate('document.activeElement.name')).toBe('q')
    await page.keyboard.type('sleeping')
    await expect.poll(status).toBe('15 results')

    expect((await titles())[0]).toBe('How owls sleep')
    expect(await titles()).toHaveLength(10)
    expect(await page.locator('.search-results h2 mark').allTextContents()).toEqual(['sleep'])
    await expect.poll(() => page.locator('.search-results p mark').first().textContent()).toBe('sleepy')
    const second = page.locator('.search-results li').nth(1).locator('p')
    await expect.poll(() => second.textContent()).toMatch(/^….*until a sleepy owl came\.$/)
  })

  it('can send the address to somebody', async () => {
    await page.goto(`${product.url}/search/?q=one+EYES`)
    await expect.poll(status).toBe('1 result')

    expect(await titles()).toEqual(['How owls sleep'])
    await expect.poll(() => page.locator('.search-results p').textContent()).toBe('They close one eye. “Quoted”')
    await page.locator('input[name=q]').fill('close')
    await expect.poll(() => page.url()).toMatch(/\?q=close$/)
    await page.locator('input[name=q]').fill('')
    await expect.poll(() => page.url()).toMatch(/\/search\/$/)
    await expect.poll(titles).toEqual([])
  })

  it('comes to more results by the keyboard alone', async () => {
    await page.goto(`${product.url}/search/?q=owl`)
    await expect.poll(status).toBe('15 results')

    await page.getByRole('button', { name: 'More results' }).press('Enter')
    await expect.poll(async () => (await titles()).length).toBe(15)
    expect(await page.evaluate('document.activeElement.textContent')).toBe((await titles())[10])
    expect(await page.getByRole('button', { name: 'More results' }).isVisible()).toBe(false)
  })

  it('is told when there is nothing, in words that stay words', async () => {
    await page.goto(`${product.url}/search/?q=${encodeURIComponent('<img src=x onerror=alert(1)> zebra')}`)

    await expect.poll(status).toBe('Nothing was found for “<img src=x onerror=alert(1)> zebra”.')
    expect(await page.locator('.search img').count()).toBe(0)
  })

  it('finds in the language of the page, by any case of a word, and loads one part of the words', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto(`${product.url}/ru/search/?q=${encodeURIComponent('елки')}`)
    await expect.poll(status).toBe('1 результат')

    expect(await titles()).toEqual(['Ёлка у дома'])
    expect(await page.locator('.search-results mark').first().textContent()).toBe('Ёлка')
    expect(asked.filter((path) => path.includes('/search/words-'))).toHaveLength(1)
    expect(asked.some((path) => path.startsWith('/search/'))).toBe(false)
  })

  it('is led there from a page that is not there', async () => {
    await page.goto(`${product.url}/nowhere/`)
    await page.locator('input[name=q]').fill('eye')
    await page.keyboard.press('Enter')
    await expect.poll(status).toBe('1 result')
  })

  it('is told so when the index can’t be loaded, and may try again', async () => {
    await page.route('**/words-*', (route) => route.abort())
    await page.goto(`${product.url}/search/?q=eye`)
    await expect.poll(status).toBe('The search could not be loaded. Please try again.')

    await page.unroute('**/words-*')
    await page.getByRole('button', { name: 'Search' }).click()
    await expect.poll(status).toBe('1 result')
  })
})

it('Without JavaScript the page says so and leads to all there is', async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false })
  const without = await plain.newPage()
  await without.goto(`${product.url}/search/?q=owl`)

  expect(await without.locator('.search').textContent()).toContain('Searching needs JavaScript.')
  expect(await without.getByRole('link', { name: 'Tags' }).getAttribute('href')).toBe('/tags/')
  expect(await without.getByRole('link', { name: 'Archive' }).getAttribute('href')).toBe('/archive/')
  await plain.close()
})
