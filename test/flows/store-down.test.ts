import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { startFaultyStore } from '../fixtures/faulty-store/store.ts'
import { startProduct, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

/** As long as the gateway keeps a visitor waiting, and a little more. */
const ANSWER_MS = 20_000

it('keeps comments while the bucket is down, answers 202, and publishes them in their order when it is back', async () => {
  const faulty = await startFaultyStore()
  const place = workplace()
  onTestFinished(place.clear)
  onTestFinished(faulty.close)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b')
  onTestFinished(() => void vi.unstubAllEnvs())
  appendFileSync(
    join(place.siteDir, 'site.yaml'),
    `\npublish:\n  store: { type: s3, bucket: ${faulty.bucket}, endpoint: "${faulty.endpoint}" }\n`,
  )
  const product = await startProduct(place)
  onTestFinished(() => product.kill())
  let isDown = true
  faulty.fail(() => isDown, { kind: 'status', status: 503, code: 'ServiceUnavailable' }, Number.POSITIVE_INFINITY)

  const sent = ['one', 'two', 'three'].map((text) => postForm(product.url, { text, key: text }))
  const answers = await Promise.all(sent)

  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
  expect(product.batches().at(-1)?.error?.code).toBe('store-failed')
  isDown = false
  const status = answers[2]?.headers.get('location') ?? ''
  await expect
    .poll(async () => (await fetch(product.url + status, { redirect: 'manual' })).headers.get('location'), { timeout: ANSWER_MS })
    .toMatch(/^\/posts\/first\/\?v=\w+#comment-3$/)
  expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['one', 'two', 'three'])
  expect(faulty.objects.get('site/posts/first/index.html')?.bytes.toString()).toContain('three')
  await product.stop()
})
