import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devSite, post, SMALL_SITE } from '../build/dev-site.ts'

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

let browser: Browser

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS })
})

afterAll(() => browser?.close())

/** A mark on the window is gone after a reload. */
const mark = (page: Page) => page.evaluate('window.marked = true')
const isMarked = (page: Page) => page.evaluate('window.marked === true')

describe('a page of `drowse dev` in a browser', () => {
  it('follows the site: text, styles, errors and their end', async () => {
    const long = Array.from({ length: 200 }, (_, line) => `Line ${line}.`).join('\n\n')
    const site = await devSite({ ...SMALL_SITE, 'content/posts/p1.md': post('Post 1', '2024-01-01', 'many', long) })
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    await page.goto(`${site.url}/posts/p1/`)
    await page.waitForFunction('performance.getEntriesByName(location.origin + "/-/dev/client.js").length === 1')

    await page.evaluate('window.scrollTo(0, 1500)')
    await mark(page)
    site.save('content/posts/p1.md', post('Post one', '2024-01-01', 'many', long))
    await page.waitForFunction('document.title.startsWith("Post one") && document.readyState === "complete"')
    await page.waitForFunction('window.scrollY === 1500')
    expect(await isMarked(page)).toBe(false)

    await mark(page)
    site.save('themes/default/style/print.css', 'body { outline: 3px solid rgb(1, 2, 3) }\n')
    await page.waitForFunction('getComputedStyle(document.body).outlineColor === "rgb(1, 2, 3)"')
    await page.waitForFunction(`document.querySelectorAll('link[rel="stylesheet"]').length === 1`)
    expect(await isMarked(page)).toBe(true)

    site.save('content/posts/p7.md', post('Elsewhere', '2024-01-07', 'many', long))
    await site.until(() => site.page('posts/p7/index.html')?.includes('Elsewhere') === true)
    await page.waitForTimeout(300)
    expect(await isMarked(page)).toBe(true)

    site.save('content/posts/p1.md', '---\ntitle: Post 1\ndate: nonsense\n---\n')
    const overlay = page.locator('drowse-faults')
    await overlay.waitFor({ state: 'attached' })
    expect(await overlay.locator('h2').textContent()).toBe('content/posts/p1.md:3:7')
    expect(await overlay.locator('pre .here').textContent()).toContain('date: nonsense')

    site.save('content/posts/p1.md', post('Mended', '2024-01-01', 'many', long))
    await page.waitForFunction('document.title.startsWith("Mended")')
    await overlay.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
    await page.close()
  })
})
