import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Fixture, fixture } from './fixture.ts'

let site: Fixture
beforeEach(() => {
  site = fixture()
})
afterEach(() => {
  expect(site.notified).toEqual([])
  site.close()
})

describe('the static site', () => {
  it('serves a page with its type, its hash and how to cache it', async () => {
    const response = await site.app.request('/posts/hello/')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('<h1>Hello</h1>')
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('ETag')).toMatch(/^"[0-9a-f]{64}"$/)
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=0, must-revalidate')
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  })

  it.each([
    ['the tag itself', (tag: string) => tag],
    ['a weak one', (tag: string) => `W/${tag}`],
    ['one of several', (tag: string) => `"other", ${tag}`],
  ])('answers 304 to %s', async (_what, header) => {
    const tag = (await site.app.request('/posts/hello/')).headers.get('ETag') ?? ''
    const response = await site.app.request('/posts/hello/', { headers: { 'If-None-Match': header(tag) } })
    expect(response.status).toBe(304)
    expect(await response.text()).toBe('')
  })

  it('answers HEAD without a body', async () => {
    const response = await site.app.request('/posts/hello/', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })

  it('sends a path without its slash to the page', async () => {
    const response = await site.app.request('/posts/hello?x=1')
    expect(response.status).toBe(301)
    expect(response.headers.get('Location')).toBe('/posts/hello/?x=1')
  })

  it('finds names in any script', async () => {
    site.publish('заметки/index.html', 'мир')
    expect(await (await site.app.request('/заметки/')).text()).toBe('мир')
    expect((await site.app.request('/%D0%B7%D0%B0%D0%BC%D0%B5%D1%82%D0%BA%D0%B8')).status).toBe(301)
  })

  it('shows the site’s own page for what is not there', async () => {
    site.publish('404.html', '<h1>Lost</h1>')
    const response = await site.app.request('/nothing/')
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('<h1>Lost</h1>')
  })

  it.each([
    '/private/orders/',
    '/private/orders',
    '/PRIVATE/orders/',
    '/private%2Forders/',
    '/%70rivate/orders/',
    '/x/../private/orders/',
    '/x/%2e%2e/private/orders/',
    '/_drowse/frame/',
    '//private/orders/',
    '/posts/..%2f..%2fprivate/orders/',
  ])('never serves %s', async (path) => {
    for (const key of ['private/orders/index.html', 'PRIVATE/orders/index.html', '_drowse/frame/index.html'])
      site.publish(key, 'secret')
    const response = await site.app.request(`http://localhost${path}`)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('secret')
  })

  it('takes no other method', async () => {
    const response = await site.app.request('/posts/hello/', { method: 'POST' })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, HEAD')
  })
})
