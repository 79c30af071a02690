import { execFileSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commentsOf, evidence, expectWhole } from './audit.ts'
import { guestsOf } from './processes.ts'
import { type Product, startGateway, startProduct, type Workplace, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

const GATEWAY = fileURLToPath(new URL('mortal-gateway.ts', import.meta.url))

/** Lets a process write no file beyond this size, setrlimit(2): what a full disk is, but for the error's name, and without being root. */
function limitFiles(pid: number, sizeBytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${sizeBytes}:unlimited`])
}

function scene(): Workplace {
  const place = workplace()
  onTestFinished(place.clear)
  return place
}

describe('a full disk', () => {
  it('under the journal: 503, when to come back and the text; accepted once there is room', async () => {
    const place = scene()
    const product = await startProduct(place)
    onTestFinished(() => product.kill())
    limitFiles(product.pid, 1)
    const refused = await postForm(product.url, { text: 'Written for an hour.', key: 'k' })
    const html = await refused.text()
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(html).toContain('Written for an hour.')
    expect(html).toContain('Nothing was accepted')
    expect(await getText(product.url, '/posts/first/')).toContain('The first')
    limitFiles(product.pid, 'unlimited')
    expect((await postForm(product.url, { text: 'Written for an hour.', key: 'k' })).status).toBe(303)
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['Written for an hour.'])
    await product.stop()
    await expectWhole(place, ['Written for an hour.'])
  })

  it('under the store: 202 and a status page that leads to the comment once there is room', async () => {
    const { place, product } = await largePost()
    limitFiles(product.pid, 256 * 1024)
    const accepted = await postForm(product.url, { page: '/posts/large/', text: 'Kept.' })
    expect(accepted.status).toBe(202)
    const status = accepted.headers.get('location') ?? ''
    expect(status).toMatch(/^\/-\/writes\/\w+/)
    expect(await accepted.text()).toMatch(/on its way[\s\S]*http-equiv="refresh"|http-equiv="refresh"[\s\S]*on its way/)
    await expect.poll(() => product.batches().at(-1)?.error?.code).toBe('store-failed')
    expect(await getText(product.url, status)).toContain('on its way')
    expect(commentTexts(await getText(product.url, '/posts/large/'))).toEqual(['There was room.'])
    limitFiles(product.pid, 'unlimited')
    await expect
      .poll(async () => (await fetch(product.url + status, { redirect: 'manual' })).headers.get('location'), { timeout: 10_000 })
      .toMatch(/^\/posts\/large\/\?v=\w+#comment-2$/)
    expect(commentTexts(await getText(product.url, '/posts/large/'))).toEqual(['There was room.', 'Kept.'])
    await product.stop()
    await expectWhole(place, ['There was room.', 'Kept.'])
  })

  it('under the machine: every comment is kept, none is put aside, and all are there once there is room', async () => {
    const place = scene()
    const product = await startGateway([GATEWAY, place.siteDir, place.dataDir, '300'])
    onTestFinished(() => product.kill())
    await product.line(({ slept }) => slept === true)
    limitGuests(place, 1)
    for (const text of ['One', 'Two', 'Three']) expect((await postForm(product.url, { text })).status).toBe(202)
    // Long enough for a write to be suspected, tried alone and put aside.
    const until = Date.now() + 8000
    while (Date.now() < until) {
      limitGuests(place, 1)
      await sleep(50)
    }
    expect(product.batches().flatMap(({ parked }) => parked ?? [])).toEqual([])
    limitGuests(place, 'unlimited')
    await expect
      .poll(async () => commentTexts(await getText(product.url, '/posts/first/')), { timeout: 30_000 })
      .toEqual(['One', 'Two', 'Three'])
    await product.stop()
    await expectWhole(place, commentsOf(await evidence(place.dataDir)))
  })
})

/** A gateway that answers after 300 ms, of a site with a page larger than its journal's log. */
async function largePost(): Promise<{ place: Workplace; product: Product }> {
  const place = scene()
  const text = `${'Word after word. '.repeat(20)}\n\n`.repeat(2000)
  writeFileSync(join(place.siteDir, 'content/posts/large.md'), `---\ntitle: Large\ndate: 2024-01-01\n---\n\n${text}`)
  await (await startProduct(place)).stop()
  const product = await startGateway([GATEWAY, place.siteDir, place.dataDir, '300'])
  onTestFinished(() => product.kill())
  // A guest that is there before the disk is full, and not limited with its gateway.
  await postForm(product.url, { page: '/posts/large/', text: 'There was room.' })
  await product.line(({ batch }) => batch !== undefined && batch.error === undefined && batch.rendered === 1)
  expect(statSync(join(place.dataDir, 'store/site/posts/large/index.html')).size).toBeGreaterThan(512 * 1024)
  return { place, product }
}

function limitGuests({ dataDir }: Workplace, sizeBytes: number | 'unlimited'): void {
  for (const pid of guestsOf(dataDir)) limitFiles(pid, sizeBytes)
}
