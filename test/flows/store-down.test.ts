import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { startFaultyStore } from '../fixtures/faulty-store/store.ts'
import { commentsOf, evidence } from './audit.ts'
import { startProduct, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

/** As long as the gateway keeps a visitor waiting, and more on a busy computer. */
const ANSWER_MS = 60_000

vi.setConfig({ testTimeout: 240_000 })

/** A site that is published to a bucket whose server can be made to fail. */
async function bucketPlace() {
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
  return { faulty, place }
}

/** The anchor of the comment that a write's status page leads to, once it does. */
async function placeOf(status: string): Promise<string | undefined> {
  return await vi.waitUntil(
    async () => {
      const answer = await fetch(status, { redirect: 'manual' })
      return /^\/posts\/first\/\?v=\w+#(comment-\d+)$/.exec(answer.headers.get('location') ?? '')?.[1]
    },
    { timeout: ANSWER_MS, interval: 100 },
  )
}

it('keeps comments while the bucket is down, answers 202, and publishes them in their order when it is back', async () => {
  const { faulty, place } = await bucketPlace()
  const product = await startProduct(place)
  onTestFinished(() => product.kill())
  let isDown = true
  faulty.fail(() => isDown, { kind: 'status', status: 503, code: 'ServiceUnavailable' }, Number.POSITIVE_INFINITY)

  const texts = ['one', 'two', 'three']
  const answers = await Promise.all(texts.map((text) => postForm(product.url, { text, key: text })))

  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
  expect(product.batches().at(-1)?.error?.code).toBe('store-failed')
  isDown = false
  const places = await Promise.all(answers.map((answer) => placeOf(product.url + (answer.headers.get('location') ?? ''))))
  const shown = commentTexts(await getText(product.url, '/posts/first/'))
  expect(shown.map((text) => places[texts.indexOf(text)])).toEqual(['comment-1', 'comment-2', 'comment-3'])
  expect(faulty.objects.get('site/posts/first/index.html')?.bytes.toString()).toContain('three')
  await product.stop()
  // Three at once may be accepted in any order; what counts is that they are published in the one they were accepted in.
  expect(commentsOf(await evidence(place.dataDir))).toEqual(shown)
})

it('starts while the bucket is down, takes comments, and publishes them when it is back', async () => {
  const { faulty, place } = await bucketPlace()
  const before = await startProduct(place)
  onTestFinished(() => before.kill())
  await before.stop()
  let isDown = true
  faulty.fail(() => isDown, { kind: 'reset' }, Number.POSITIVE_INFINITY)

  const product = await startProduct(place)
  onTestFinished(() => product.kill())
  expect(product.lines.find(({ error }) => error !== undefined)?.error?.code).toBe('store-failed')
  const answer = await postForm(product.url, { text: 'one', key: 'one' })

  expect(answer.status).toBe(202)
  isDown = false
  const status = product.url + (answer.headers.get('location') ?? '')
  await expect
    .poll(async () => (await fetch(status, { redirect: 'manual' })).headers.get('location'), { timeout: ANSWER_MS })
    .toMatch(/^\/posts\/first\/\?v=\w+#comment-1$/)
  expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['one'])
  await product.stop()
})

it('does not start with a bucket that it may not write to, and says so', async () => {
  const { faulty, place } = await bucketPlace()
  faulty.fail(() => true, { kind: 'status', status: 403, code: 'AccessDenied' }, Number.POSITIVE_INFINITY)
  await expect(startProduct(place)).rejects.toThrow('these credentials may not do that')
})
