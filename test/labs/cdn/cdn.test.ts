import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { SITE_HEADERS } from '../../../src/gateway/static.ts'
import { nginxCache, nginxFiles } from '../../../src/publish/front/nginx.ts'
import { varnishConfig } from '../../../src/publish/front/varnish.ts'
import { openPublisher } from '../../../src/publish/publisher.ts'
import { httpPurge } from '../../../src/publish/purge/http.ts'
import { directoryStore } from '../../../src/publish/stores/directory.ts'
import { object } from '../../publish/objects.ts'
import { ensurePackages, type Front, startNginx, startVarnish } from './fronts.ts'
import { startOrigin } from './origin.ts'

const dir = mkdtempSync(join(tmpdir(), 'drowse-cdn-'))
const gateway = createServer((incoming, outgoing) => void outgoing.end(`gateway: ${incoming.method} ${incoming.url}`))
let gatewayUrl = new URL('http://127.0.0.1')
beforeAll(async () => {
  ensurePackages()
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const address = gateway.address()
  gatewayUrl = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
afterAll(() => {
  gateway.close()
  rmSync(dir, { recursive: true, force: true })
})

let places = 0
async function place() {
  const root = join(dir, String(places++))
  const store = directoryStore(join(root, 'store'))
  const publisher = await openPublisher(store, join(root, 'index.db'), { precompress: ['gzip'] })
  return { root, store, publisher }
}

const CACHES = {
  nginx: { config: nginxCache, start: startNginx },
  varnish: { config: varnishConfig, start: startVarnish },
} as const

describe.each(Object.entries(CACHES))('%s in front of a store', (name, { config, start }) => {
  async function scene() {
    const { root, store, publisher } = await place()
    const origin = await startOrigin(store, publisher)
    await publisher.publish({ outbox: 1, objects: [object('posts/a/index.html', 'old')], removed: [] })
    const text = config({ site: 'http://127.0.0.1', origin: new URL(origin.url), gateway: gatewayUrl, headers: SITE_HEADERS })
    const front: Front = await start(text, join(root, name))
    onTestFinished(async () => {
      await front.stop()
      origin.close()
      publisher.close()
    })
    const get = async (path: string) => await (await fetch(front.url + path)).text()
    return { publisher, origin, front, get }
  }

  it('shows a writer the new page at ?v=, though the cached one is still good for others', async () => {
    const { publisher, origin, get } = await scene()
    expect(await get('/posts/a/')).toBe('old')
    await publisher.publish({ outbox: 2, objects: [object('posts/a/index.html', 'new')], removed: [] })
    const version = publisher.published('posts/a/index.html')?.hash.slice(0, 10)
    expect(await get(`/posts/a/?v=${version}`)).toBe('new')
    expect(await get('/posts/a/')).toBe('old')
    const before = origin.requests.length
    expect(await get(`/posts/a/?utm=x&v=${version}`)).toBe('new')
    expect(await get('/posts/a/?utm=y')).toBe('old')
    expect(origin.requests.length).toBe(before)
  })

  it('asks the store without a query, and sends the site’s headers', async () => {
    const { origin, front } = await scene()
    const response = await fetch(`${front.url}/posts/a/?v=0123456789`)
    expect(origin.requests.at(-1)).toBe('/site/posts/a/index.html')
    expect(response.headers.get('content-security-policy')).toBe(SITE_HEADERS['Content-Security-Policy'])
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toContain('s-maxage=60')
  })

  it('passes what is written to the gateway, and takes no other POST', async () => {
    const { front } = await scene()
    const written = await fetch(`${front.url}/-/comment.create?x=1`, { method: 'POST', body: 'text=hello' })
    expect(await written.text()).toBe('gateway: POST /-/comment.create?x=1')
    expect([403, 405]).toContain((await fetch(`${front.url}/posts/a/`, { method: 'POST' })).status)
  })
})

describe('Varnish', () => {
  it('forgets a page when it is told to by the publisher’s purge', async () => {
    const { root, store, publisher: first } = await place()
    first.close()
    let purgeUrl = ''
    const purge = {
      name: 'late',
      purge: (paths: readonly string[]) => httpPurge({ url: purgeUrl, mode: 'each', site: '' }).purge(paths),
    }
    const publisher = await openPublisher(store, join(root, 'index.db'), { purge })
    const origin = await startOrigin(store, publisher)
    const text = varnishConfig({
      site: 'http://127.0.0.1',
      origin: new URL(origin.url),
      gateway: gatewayUrl,
      headers: SITE_HEADERS,
    })
    const front = await startVarnish(text, join(root, 'varnish'))
    onTestFinished(async () => {
      await front.stop()
      origin.close()
      publisher.close()
    })
    purgeUrl = front.url
    await publisher.publish({ outbox: 1, objects: [object('index.html', 'old')], removed: [] })
    expect(await (await fetch(front.url)).text()).toBe('old')
    await publisher.publish({ outbox: 2, objects: [object('index.html', 'new')], removed: [] })
    expect(await publisher.purged(10_000)).toBe(true)
    expect(await (await fetch(front.url)).text()).toBe('new')
  })
})

describe('nginx serving a directory store', () => {
  it('serves pages, compressed siblings and hashed assets with their headers, and nothing that is private', async () => {
    const { root, publisher } = await place()
    const long = `<p>${'so and on '.repeat(500)}</p>`
    await publisher.publish({
      outbox: 1,
      objects: [
        object('posts/a/index.html', long),
        object('404.html', 'nothing here'),
        object('assets/site.0123abcd.css', 'body{}', 'immutable'),
        object('private/orders/index.html', 'secret'),
      ],
      removed: [],
    })
    const text = nginxFiles({ site: 'http://127.0.0.1', gateway: gatewayUrl, headers: SITE_HEADERS }, join(root, 'store', 'site'))
    const front = await startNginx(text, join(root, 'nginx'))
    onTestFinished(async () => {
      await front.stop()
      publisher.close()
    })
    const page = await fetch(`${front.url}/posts/a/?v=0123456789`)
    expect(await page.text()).toBe(long)
    expect(page.headers.get('content-encoding')).toBe('gzip')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toContain('s-maxage=60')
    const style = await fetch(`${front.url}/assets/site.0123abcd.css`)
    expect(style.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(style.headers.get('content-security-policy')).toBe(SITE_HEADERS['Content-Security-Policy'])
    const missing = await fetch(`${front.url}/private/orders/`)
    expect([missing.status, await missing.text()]).toEqual([404, 'nothing here'])
    expect((await fetch(`${front.url}/posts/a`, { redirect: 'manual' })).status).toBe(301)
  })
})
