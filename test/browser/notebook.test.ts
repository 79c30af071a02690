import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT_DIR } from '../../src/cli/paths.ts'
import { type Product, startProduct } from '../flows/product.ts'
import { violations } from './axe.ts'

const CHROMIUM = '/usr/bin/chromium'
const PAGES = [
  '/',
  '/posts/',
  '/posts/why-a-site-should-sleep/',
  '/products/',
  '/products/night-lamp/',
  '/profile/',
  '/notes/',
  '/notes/a-signal/',
  '/manual/',
  '/manual/commands/',
  '/tags/',
  '/archive/',
  '/archive/2026/',
  '/search/?q=sleeping+machine',
  '/404.html',
]

const root = mkdtempSync(join(tmpdir(), 'drowse-notebook-'))
let browser: Browser
let product: Product

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
  const siteDir = join(root, 'site')
  for (const name of ['site.yaml', 'content', 'media']) cpSync(join(ROOT_DIR, name), join(siteDir, name), { recursive: true })
  appendFileSync(join(siteDir, 'site.yaml'), '\ntheme: notebook\n')
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-gpu'] })
  product = await startProduct({ siteDir, dataDir: join(root, 'data') })
})
afterAll(async () => {
  await browser?.close()
  await product?.kill()
  rmSync(root, { recursive: true, force: true })
})

describe.each([360, 768, 1280])('The notebook theme at %i px', (width) => {
  it.each(['light', 'dark'] as const)(
    'has no fault that axe can find and nothing wider than the window, %s',
    async (colorScheme) => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
      const page = await context.newPage()
      const found: string[] = []
      for (const path of PAGES) {
        await page.goto(product.url + path, { waitUntil: 'networkidle' })
        found.push(...(await violations(page, path)))
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        if (Number(wide) > 0) found.push(`${path}: ${wide} px too wide`)
      }
      await context.close()
      expect(found).toEqual([])
    },
  )
})
