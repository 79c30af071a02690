import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectWhole, machineRuns } from './audit.ts'
import { cpuTicks, guestsOf, stateOf } from './processes.ts'
import { drowse, type Product, startProduct, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

const JSON_TYPES = { 'content-type': 'application/json', accept: 'application/json' }

describe('a site that sleeps until somebody writes', () => {
  const place = workplace()
  let product: Product

  beforeAll(async () => {
    product = await startProduct(place)
  })
  afterAll(async () => {
    await product.kill()
    place.clear()
  })

  const asleep = async () => {
    await expect.poll(() => guestsOf(place.dataDir).map(stateOf)).toEqual(['T'])
  }

  it('is served once its folder has reached the machine in one write, and the machine sleeps', async () => {
    await expect.poll(() => product.batches()).toMatchObject([{ writes: 1, from: 'off' }])
    expect(await getText(product.url, '/posts/first/')).toContain('The first of <em>three</em>.')
    expect(await getText(product.url, '/')).toContain('The third post')
    await asleep()
    expect(machineRuns(place.dataDir)).toMatchObject([{ from: 'off', to: 'paused', writes: 1 }])
  })

  it('leads the plain form to the fresh page with the comment, renders that page alone, and sleeps again', async () => {
    const before = product.batches().length
    const response = await postForm(product.url, { text: 'I was here.' })
    expect(response.status).toBe(303)
    const location = response.headers.get('location') ?? ''
    expect(location).toMatch(/^\/posts\/first\/\?v=[0-9a-f]{10}#comment-1$/)
    const page = await fetch(new URL(location, product.url))
    expect(page.headers.get('etag')).toContain(/v=(\w+)/.exec(location)?.[1])
    expect(commentTexts(await page.text())).toEqual(['I was here.'])
    await asleep()
    await expect.poll(() => product.batches().length).toBe(before + 1)
    expect(product.batches().at(-1)).toMatchObject({ writes: 1, rendered: 1, changed: 1, from: 'paused' })
    expect(machineRuns(place.dataDir).at(-1)).toMatchObject({ from: 'paused', to: 'paused', reason: 'write', writes: 1 })
  })

  it('wakes nothing for any number of readers', async () => {
    await asleep()
    const [guest = 0] = guestsOf(place.dataDir)
    const [ticks, runs] = [cpuTicks(guest), machineRuns(place.dataDir).length]
    const paths = [
      '/',
      '/posts/first/',
      '/posts/',
      '/feed.xml',
      '/nothing/',
      '/-/writes/nobody',
      '/posts/first/?v=1',
      '/-/comment.create',
    ]
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const response = await fetch(product.url + paths[index % paths.length])
        await response.arrayBuffer()
        return response.status
      }),
    )
    expect(new Set(statuses)).toEqual(new Set([200, 404, 405]))
    expect(guestsOf(place.dataDir)).toEqual([guest])
    expect(stateOf(guest)).toBe('T')
    expect(cpuTicks(guest)).toBe(ticks)
    expect(machineRuns(place.dataDir)).toHaveLength(runs)
  })

  it('takes a multipart form, and JSON from a program', async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ page: '/posts/second/', name: 'Max', text: 'In parts.' })) form.set(name, value)
    const parts = await fetch(`${product.url}/-/comment.create`, { method: 'POST', body: form, redirect: 'manual' })
    expect(parts.status).toBe(303)
    const body = JSON.stringify({ page: '/posts/second/', name: 'Robin', text: 'By a program.' })
    const program = await fetch(`${product.url}/-/comment.create`, { method: 'POST', body, headers: JSON_TYPES })
    expect(program.status).toBe(201)
    expect(await program.json()).toMatchObject({ status: 'applied', location: expect.stringMatching(/#comment-3$/) })
    expect(commentTexts(await getText(product.url, '/posts/second/'))).toEqual(['In parts.', 'By a program.'])
  })

  it('publishes a post that the owner sends: the post, lists, tags, neighbours and feeds', async () => {
    const token = await drowse(['token', place.siteDir, '--data', place.dataDir])
    expect(token).toMatchObject({ code: 0, stderr: '' })
    const file = join(place.root, 'fourth.md')
    writeFileSync(file, '---\ntitle: The fourth post\ndate: 2024-04-05\ntags: [owls, sent]\n---\n\nSent from afar.\n')
    const sent = await drowse(['send', file, '--to', product.url], { DROWSE_TOKEN: token.stdout.trim() })
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Published in \d+ ms: http\S+\/posts\/fourth\/\?v=/) })
    expect(await getText(product.url, '/posts/fourth/')).toContain('Sent from afar.')
    for (const path of [
      '/',
      '/posts/',
      '/tags/',
      '/tags/owls/',
      '/tags/sent/',
      '/feed.xml',
      '/feed.json',
      '/sitemap-post-1.xml',
      '/posts/third/',
    ]) {
      expect(await getText(product.url, path), path).toMatch(path === '/tags/' ? /sent/ : /fourth/)
    }
    expect(await getText(product.url, '/posts/fourth/')).toContain('/posts/third/')
  })

  it('keeps the text of a form that is refused, and touches no machine', async () => {
    await asleep()
    const runs = machineRuns(place.dataDir).length
    const response = await postForm(product.url, { name: '', text: 'Dear <all>, "this" took me an hour.' })
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(html).toContain('Dear &lt;all&gt;, &quot;this&quot; took me an hour.')
    expect(html).toContain('role="alert"')
    expect(html).toContain('class="site-header"')
    expect(machineRuns(place.dataDir)).toHaveLength(runs)
  })

  it('keeps the text of a reply whose comment the machine does not find', async () => {
    const response = await postForm(product.url, { parent: 999, text: 'To nobody.' })
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(html).toContain('not on this page')
    expect(html).toContain('To nobody.')
  })

  it('lets no second gateway use its data', async () => {
    const second = await drowse(['start', place.siteDir, '--port', '0', '--data', place.dataDir])
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('(data-in-use)') })
    expect(second.stderr).toMatch(/--data/)
  })

  it('finishes what is under way when it is told to end, and leaves no guest', async () => {
    const { request, answer } = await beginForm(product.url)
    const code = product.stop()
    // As a terminal and a launcher do, each of which tells the process.
    process.kill(product.pid, 'SIGTERM')
    process.kill(product.pid, 'SIGINT')
    request.end(new URLSearchParams({ page: '/posts/third/', name: 'Vera', text: 'Just in time.' }).toString())
    expect(await answer).toBe(303)
    expect(await code).toBe(0)
    expect(guestsOf(place.dataDir)).toEqual([])
  })

  it('serves after a restart without waking', async () => {
    const runs = machineRuns(place.dataDir).length
    product = await startProduct(place)
    expect(commentTexts(await getText(product.url, '/posts/third/'))).toEqual(['Just in time.'])
    expect(await getText(product.url, '/posts/fourth/')).toContain('Sent from afar.')
    expect(product.batches()).toEqual([])
    expect(guestsOf(place.dataDir)).toEqual([])
    expect(machineRuns(place.dataDir)).toHaveLength(runs)
    await product.stop()
  })

  it('brings a changed file to the readers at the next start, as one write that keeps what visitors wrote', async () => {
    const runs = machineRuns(place.dataDir).length
    writeFileSync(
      join(place.siteDir, 'content/posts/first.md'),
      '---\ntitle: The very first\ndate: 2024-01-02\ntags: [owls]\n---\n\nMended.\n',
    )
    product = await startProduct(place)
    expect(await getText(product.url, '/posts/first/')).toContain('Mended.')
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['I was here.'])
    await expect.poll(() => machineRuns(place.dataDir).slice(runs), { timeout: 20_000 }).toMatchObject([{ writes: 1 }])
    await product.stop()
  })

  it('has in its store, its index and its machine what a render from nothing gives', async () => {
    await expectWhole(place, ['I was here.', 'In parts.', 'By a program.', 'Just in time.'])
  })
})

/** A POST whose head the gateway has taken and whose body is still to come. */
async function beginForm(url: string) {
  const request = httpRequest(`${url}/-/comment.create`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', expect: '100-continue' },
  })
  const answer = once(request, 'response').then(([response]) => {
    response.resume()
    return Number(response.statusCode)
  })
  request.flushHeaders()
  await once(request, 'continue')
  return { request, answer }
}
