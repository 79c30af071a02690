import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startProduct, workplace } from './product.ts'

test('a post with a date to come appears by itself, on a machine that slept until then', async () => {
  const place = workplace()
  onTestFinished(place.clear)
  const due = new Date(Date.now() + 6_000).toISOString()
  writeFileSync(join(place.siteDir, 'content/posts/later.md'), `---\ntitle: Later\ndate: ${due}\n---\nIt is time.\n`)
  const product = await startProduct(place)
  onTestFinished(async () => void (await product.stop()))

  const before = await fetch(`${product.url}/posts/later/`)
  const woken = await product.line(({ batch }) => batch?.writes === 0 && batch.changed > 0)
  const after = await fetch(`${product.url}/posts/later/`)

  expect(before.status).toBe(404)
  expect(woken.batch?.rendered).toBeGreaterThan(3)
  expect([after.status, await after.text()]).toEqual([200, expect.stringContaining('It is time.')])
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(due))
}, 60_000)
