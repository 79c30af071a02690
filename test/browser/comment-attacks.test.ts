import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ATTACKS } from '../content/attacks.ts'
import { type Product, startProduct, workplace } from '../flows/product.ts'
import { NAUGHTY } from './naughty-strings.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const PAGES = ['/posts/first/', '/posts/second/']

const place = workplace('small', 'moderation: open, perPage: 1000, holdLinks: unlimited, feeds: true')
let browser: Browser
let product: Product
let refused = 0

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  // All on one page, and more than a person sends.
  const limits = ['writesPerHour', 'writesPerNetwork', 'wakesPerHour', 'wakesPerDay'].map((name) => `  ${name}: unlimited\n`)
  appendFileSync(join(place.siteDir, 'site.yaml'), `gateway:\n${limits.join('')}`)
  product = await startProduct(place)
  for (const [index, evil] of [...ATTACKS, ...NAUGHTY].entries()) {
    // In every field: what a field refuses, it refuses with a page that shows it.
    const fields = { page: PAGES[index % PAGES.length] ?? '', name: evil.slice(0, 80), email: '', text: `${evil}\n` }
    const body = new URLSearchParams(fields)
    const response = await fetch(`${product.url}/-/comment.create`, { method: 'POST', body, redirect: 'manual' })
    if (response.status === 422) refused += 1
    else expect(response.status, evil).toBe(303)
    await response.arrayBuffer()
  }
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS })
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await product?.kill()
  place.clear()
})

describe('what strangers send', () => {
  it('runs nothing and fetches nothing from elsewhere where it is shown, even without the site’s policy', async () => {
    // The policy is a second line of defence; the first has to hold alone.
    const context = await browser.newContext({ bypassCSP: true, viewport: { width: 360, height: 740 } })
    const page = await context.newPage()
    const strange: string[] = []
    page.on('dialog', async (dialog) => {
      strange.push(`dialog ${dialog.message()}`)
      await dialog.dismiss()
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(product.url) && !request.url().startsWith('data:image/svg')) strange.push(request.url())
    })
    page.on('pageerror', (error) => strange.push(String(error)))
    for (const path of PAGES) {
      await page.goto(product.url + path, { waitUntil: 'networkidle' })
      // Whatever waits for a pointer or a focus.
      for (const element of await page.locator('.comment .e-content *').all()) await element.dispatchEvent('mouseover')
      for (const element of await page.locator('.comment .e-content a').all()) await element.focus()
      expect(await page.locator('.comment').count()).toBeGreaterThan(40)
      const found = (await page.evaluate(`(() => {
        const inside = [...document.querySelectorAll('.comment .e-content *, .comment .p-author *')]
        const tags = [...new Set(inside.map(({ localName }) => localName))]
        const attributes = [...new Set(inside.flatMap((each) => each.getAttributeNames()))]
        const schemes = [...new Set(inside.flatMap((each) => each.localName === 'a' ? [each.protocol] : []))]
        const strangeLinks = inside.flatMap((each) => each.localName === 'a' && !/^(?:https?:\\/\\/|mailto:)/i.test(each.getAttribute('href')) ? [each.outerHTML] : [])
        return { strangeLinks, tags, attributes, schemes, title: document.title, location: location.pathname, width: document.documentElement.scrollWidth }
      })()`)) as {
        tags: string[]
        attributes: string[]
        schemes: string[]
        strangeLinks: string[]
        location: string
        width: number
      }
      expect(found.location).toBe(path)
      expect(found.width).toBeLessThanOrEqual(360)
      const allowed = ['p', 'br', 'em', 'strong', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a']
      expect(found.tags.filter((tag) => !allowed.includes(tag))).toEqual([])
      expect(found.attributes.toSorted().filter((name) => name !== 'href' && name !== 'rel')).toEqual([])
      expect(found.strangeLinks).toEqual([])
      // `:` is of an address that no browser can read, and leads nowhere.
      expect(found.schemes.filter((scheme) => !['http:', 'https:', 'mailto:', ':'].includes(scheme))).toEqual([])
    }
    await context.close()
    expect(strange).toEqual([])
  })

  it('leaves the feed well-formed', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(product.url)
    for (const path of PAGES) {
      const text = await (await fetch(`${product.url}${path}comments/feed.xml`)).text()
      const parsed = await page.evaluate(
        `(() => { const parsed = new DOMParser().parseFromString(${JSON.stringify(text)}, 'application/xml'); return [parsed.querySelectorAll('parsererror').length, parsed.querySelectorAll('entry').length] })()`,
      )
      expect(parsed).toEqual([0, 20])
    }
    await context.close()
  })

  it('runs nothing on the page that says what is wrong with it, in any field', async () => {
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    const strange: string[] = []
    page.on('dialog', async (dialog) => {
      strange.push(dialog.message())
      await dialog.dismiss()
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(product.url) && !request.url().startsWith('data:image/svg')) strange.push(request.url())
    })
    const evil = [...ATTACKS, ...NAUGHTY].filter((each) => /[<"'`&]/.test(each))
    for (const each of evil) {
      // Each field at once, and an address that is none: it comes back as it was typed.
      const fields = { page: each, parent: each, name: each, email: each, text: each, key: each.slice(0, 20) }
      const body = new URLSearchParams(fields)
      const headers = { origin: product.url }
      const html = await (
        await fetch(`${product.url}/-/comment.create`, { method: 'POST', body, redirect: 'manual', headers })
      ).text()
      await page.setContent(html.replace('<head>', `<head><base href="${product.url}/">`), { waitUntil: 'load' })
      expect(await page.locator('form').count(), each).toBeLessThanOrEqual(1)
      expect(await page.locator('main script, main img, main iframe, main svg, main object, main style').count(), each).toBe(0)
    }
    await context.close()
    expect(strange).toEqual([])
  })

  it('is refused only where a name holds what no name does', () => {
    expect(refused).toBeLessThan(40)
  })
})
