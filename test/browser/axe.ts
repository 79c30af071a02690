import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core has to say, as lines. Evaluated rather than added as a script, which the site's policy would refuse. */
export async function violations(page: Page, where: string): Promise<string[]> {
  await page.evaluate(AXE)
  return await page.evaluate(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => ${JSON.stringify(where)} + ': ' + id + ' ' + target)))`,
  )
}
