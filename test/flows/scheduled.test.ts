import { expect, onTestFinished, test } from 'vitest'
import { drowse, startProduct, workplace } from './product.ts'
import { sendPost } from './visitor.ts'

test('a post with a date to come appears by itself, on a machine that slept until then', async () => {
  const place = workplace()
  onTestFinished(place.clear)
  const product = await startProduct(place)
  onTestFinished(async () => void (await product.stop()))
  const { stdout: token } = await drowse(['token', place.siteDir, '--data', place.dataDir])
  const due = new Date(Date.now() + 5_000).toISOString()
  const text = `---\ntitle: Later\ndate: ${due}\n---\nIt is time.\n`

  await sendPost(product.url, token.trim(), { path: 'content/posts/later.md', text, key: 'later' })
  const before = await fetch(`${product.url}/posts/later/`)
  const woken = await product.line(({ batch }) => batch?.writes === 0 && batch.changed > 0)
  const after = await fetch(`${product.url}/posts/later/`)

  expect(before.status).toBe(404)
  expect(woken.batch?.rendered).toBeGreaterThan(3)
  expect([after.status, await after.text()]).toEqual([200, expect.stringContaining('It is time.')])
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(due))
}, 120_000)
