import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { ROOT_DIR } from '../../../src/cli/paths.ts'
import { startProduct } from '../../flows/product.ts'

/** Not a dependency: with all it brings it has 176 MB. npm fetches it for this lab alone. */
const LIGHTHOUSE = 'lighthouse@13.5.0'
const CHROMIUM = '/usr/bin/chromium'
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const BAR = 0.98
const PAGES = [
  '/',
  '/posts/',
  '/posts/why-a-site-should-sleep/',
  '/notes/',
  '/products/night-lamp/',
  '/profile/',
  '/manual/settings/',
  '/tags/',
  '/search/',
]

const report = v.object({
  categories: v.record(v.picklist(CATEGORIES), v.object({ score: v.nullable(v.number()) })),
})

// The sample site as `drowse start` serves it, on Lighthouse's slow phone. Exits with 1 where a page is below the bar.
if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: apt-get install chromium.`)
const root = mkdtempSync(join(tmpdir(), 'drowse-lighthouse-'))
const product = await startProduct({ siteDir: ROOT_DIR, dataDir: join(root, 'data') })
try {
  console.log(['page', ...CATEGORIES].join('\t'))
  for (const path of PAGES) {
    const scores = scoresOf(product.url + path)
    console.log([path, ...scores].join('\t'))
    if (scores.some((score) => score < BAR)) process.exitCode = 1
  }
} finally {
  await product.stop()
  rmSync(root, { recursive: true, force: true })
}

function scoresOf(url: string): readonly number[] {
  const file = join(root, 'report.json')
  const asked = [url, '--quiet', '--output=json', `--output-path=${file}`, `--only-categories=${CATEGORIES.join()}`]
  const flags = '--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking'
  execFileSync('npm', ['exec', '--yes', `--package=${LIGHTHOUSE}`, '--', 'lighthouse', ...asked, flags], {
    env: { ...process.env, CHROME_PATH: CHROMIUM },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { categories } = v.parse(report, JSON.parse(readFileSync(file, 'utf8')))
  return CATEGORIES.map((category) => categories[category]?.score ?? 0)
}
