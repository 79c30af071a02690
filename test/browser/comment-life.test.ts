import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT_DIR } from '../../src/cli/paths.ts'
import { drowse, type Product, startProduct, workplace } from '../flows/product.ts'
import { violations } from './axe.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

const pictures = process.env.DROWSE_PICTURES ?? mkdtempSync(join(tmpdir(), 'drowse-pictures-'))
const holding = workplace('small', 'moderation: hold')
const sample = workplace()
let browser: Browser
let open: Product
let held: Product

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS })
  open = await startProduct({ siteDir: ROOT_DIR, dataDir: sample.dataDir })
  held = await startProduct(holding)
})

afterAll(async () => {
  await browser?.close()
  await open?.kill()
  await held?.kill()
  sample.clear()
  holding.clear()
})

async function send(page: Page, fields: { name: string; text: string }): Promise<void> {
  await page.locator('.respond [name=name]').fill(fields.name)
  await page.locator('.respond [name=text]').fill(fields.text)
  await page.locator('.respond button[type=submit]').click()
  await page.waitForLoadState()
}

describe.each([
  { javaScriptEnabled: false, name: 'without JavaScript' },
  { javaScriptEnabled: true, name: 'with JavaScript' },
])('a visitor on a phone $name', ({ javaScriptEnabled, name }) => {
  const POST = javaScriptEnabled ? '/posts/how-a-write-travels/' : '/posts/why-a-site-should-sleep/'
  const HELD_POST = javaScriptEnabled ? '/posts/second/' : '/posts/first/'
  let context: BrowserContext
  let page: Page

  /** Nothing to complain of, and nothing that makes one scroll sideways. */
  async function looksGood(what: string): Promise<void> {
    expect(await page.locator('html').evaluate((html) => html.scrollWidth), what).toBeLessThanOrEqual(360)
    if (javaScriptEnabled) expect(await violations(page, what)).toEqual([])
    await page.screenshot({ path: join(pictures, `${what}-${javaScriptEnabled}.png`), fullPage: true })
  }

  beforeAll(async () => {
    context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } })
    page = await context.newPage()
  })
  afterAll(() => context?.close())

  it('comments on the sample blog and reads it on the page they land on', async () => {
    await page.goto(open.url + POST)
    await send(page, { name: 'Vera', text: `Sent ${name}, *at once*.` })
    expect(page.url()).toMatch(new RegExp(`${POST}\\?v=[0-9a-f]{10}#comment-\\d+$`))
    const anchor = new URL(page.url()).hash
    expect(await page.locator(`${anchor} .e-content`).innerHTML()).toContain('<em>at once</em>')
    expect((await page.locator(anchor).boundingBox())?.y).toBeGreaterThanOrEqual(0)
    await looksGood('shown')
  })

  it('changes it', async () => {
    await page.locator('a[href="/-/comment.edit"]').click()
    await page.waitForLoadState()
    await looksGood('edit')
    expect(await page.locator('textarea').inputValue()).toBe(`Sent ${name}, *at once*.`)
    await page.locator('textarea').fill('Changed: `<b>`.')
    const [save, remove] = await Promise.all(
      ['Save', 'Delete'].map((each) => page.getByRole('button', { name: each }).boundingBox()),
    )
    expect((remove?.x ?? 0) - (save?.x ?? 0) - (save?.width ?? 0)).toBeGreaterThanOrEqual(8)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForLoadState()
    const anchor = new URL(page.url()).hash
    expect(anchor).toMatch(/^#comment-\d+$/)
    expect(await page.locator(`${anchor} .e-content`).innerHTML()).toContain('<code>&lt;b&gt;</code>')
  })

  it('deletes it', async () => {
    const anchor = new URL(page.url()).hash
    await page.locator('a[href="/-/comment.edit"]').click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.waitForLoadState()
    expect(new URL(page.url()).pathname).toBe(POST)
    expect(await page.locator(anchor).count()).toBe(0)
    expect(await page.content()).not.toContain('Changed')
  })

  it('finds nothing to change from another browser', async () => {
    const other = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } })
    const elsewhere = await other.newPage()
    await elsewhere.goto(`${open.url}/-/comment.edit`)
    expect(await elsewhere.locator('main').textContent()).toContain('nothing here that you could change')
    await other.close()
  })

  it('whose comment is held lands on a page that they alone know, can change it there, and sees it once it is shown', async () => {
    await page.goto(held.url + HELD_POST)
    await send(page, { name: 'Max', text: `Held ${name}.` })
    expect(new URL(page.url()).pathname).toMatch(/^\/comments\/held\/[0-9a-f]{32}\/$/)
    expect(await page.locator('[role=status]').textContent()).toContain('will be shown once the owner')
    expect(await page.locator('.e-content').textContent()).toContain(`Held ${name}.`)
    expect(await page.locator('meta[name=robots]').getAttribute('content')).toContain('noindex')
    await looksGood('held')
    const [pending] = page.url().split('?')
    const stranger = await (await fetch(held.url + HELD_POST)).text()
    expect(stranger).not.toContain('Held with')

    await page.locator('a[href="/-/comment.edit"]').click()
    await page.locator('textarea').fill(`Held ${name}, and changed.`)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForLoadState()
    expect(await page.locator('.e-content').textContent()).toContain('and changed.')

    const token = (await drowse(['token', holding.siteDir, '--data', holding.dataDir])).stdout.trim()
    const number = javaScriptEnabled ? '2' : '1'
    const approved = await drowse(['comment', number, 'approve', '--to', held.url, '--token', token])
    expect(approved.stdout).toBe(`Comment ${number} is shown.\n`)
    await page.goto(`${held.url}${HELD_POST}#comment-${number}`)
    expect(await page.locator(`#comment-${number} .e-content`).textContent()).toContain(`Held ${name}, and changed.`)
    expect((await page.goto(pending ?? ''))?.status()).toBe(404)
  })
})
