import { describe, expect, it } from 'vitest'
import type { News } from '../../src/build/dev/hub.ts'
import { type DevSite, devSite, post } from './dev-site.ts'

/** A browser tab's stream: the page as it was loaded, and the news it was sent since. */
async function openTab(site: DevSite, address: string) {
  const html = await (await fetch(site.url + address)).text()
  const { key = '', hash = '' } = /data-key="(?<key>[^"]*)" data-hash="(?<hash>[^"]*)"/.exec(html)?.groups ?? {}
  const controller = new AbortController()
  const query = new URLSearchParams({ address, key, hash })
  const { body } = await fetch(`${site.url}/-/dev/events?${query}`, { signal: controller.signal })
  const news: News[] = []
  const reading = (async () => {
    let text = ''
    for await (const chunk of body ?? []) {
      text += new TextDecoder().decode(chunk)
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) news.push(JSON.parse(event.replace(/^data: /, '')))
    }
  })().catch(() => null)
  await site.until(() => news.length === 1)
  return {
    html,
    news,
    async close() {
      controller.abort()
      await reading
    },
  }
}

describe('the dev server', () => {
  it('adds its script to pages on their way only', async () => {
    const site = await devSite()
    const { html, close } = await openTab(site, '/posts/p1/')
    expect(html).toContain('<script src="/-/dev/client.js"')
    expect(site.page('posts/p1/index.html')).not.toContain('/-/dev/')
    await close()
  })

  it('tells a tab to reload when its page changed, and another tab nothing', async () => {
    const site = await devSite()
    const [mine, other] = [await openTab(site, '/posts/p1/'), await openTab(site, '/posts/p7/')]
    site.save('content/posts/p1.md', post('Changed', '2024-01-01', 'many'))
    await site.until(() => mine.news.length > 1)
    await site.nextRound()
    expect(mine.news[1]).toMatchObject({ reload: true })
    expect(other.news.filter(({ reload }) => reload)).toEqual([])
    await Promise.all([mine.close(), other.close()])
  })

  it('names a changed stylesheet without asking for a reload', async () => {
    const site = await devSite()
    const tab = await openTab(site, '/')
    site.save('themes/default/style/print.css', '@media print { body { color: red } }\n')
    await site.until(() => tab.news.length > 1)
    expect(tab.news[1]).toEqual({ reload: false, files: ['/assets/style.css'] })
    await tab.close()
  })

  it('sends errors to every tab, to one that comes later too, and their end', async () => {
    const site = await devSite()
    const tab = await openTab(site, '/')
    site.save('content/posts/p1.md', '---\ntitle: Post 1\ndate: nonsense\n---\n')
    await site.until(() => tab.news.some(({ faults }) => faults?.length === 1))
    const later = await openTab(site, '/posts/p2/')
    expect(later.news[0]?.faults?.[0]).toMatchObject({ where: 'content/posts/p1.md', line: 3 })
    site.save('content/posts/p1.md', post('Post 1', '2024-01-01', 'many'))
    await site.until(() => later.news.some(({ faults }) => faults?.length === 0))
    await Promise.all([tab.close(), later.close()])
  })

  it('tells a tab that missed a change to reload as soon as it is back', async () => {
    const site = await devSite()
    const first = await openTab(site, '/posts/p1/')
    await first.close()
    site.save('content/posts/p1.md', post('Missed', '2024-01-01', 'many'))
    await site.nextRound()
    const query = new URLSearchParams({ address: '/posts/p1/', key: 'posts/p1/index.html', hash: 'an older one' })
    const { body } = await fetch(`${site.url}/-/dev/events?${query}`)
    const reader = body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    expect(new TextDecoder().decode(value)).toContain('"reload":true')
    await reader?.cancel()
  })

  it('says that `drowse start` takes writes', async () => {
    const site = await devSite()
    const answer = await fetch(`${site.url}/-/comments`, { method: 'POST', body: new URLSearchParams({ text: 'Hello' }) })
    expect(answer.status).toBe(405)
    expect(await answer.text()).toContain('drowse start')
  })

  it('answers an address without its slash, an unknown one and one that leads out of the folder', async () => {
    const site = await devSite()
    const moved = await fetch(`${site.url}/posts/p1?a=b`, { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/posts/p1/?a=b'])
    expect((await fetch(`${site.url}/nowhere/`)).status).toBe(404)
    expect((await fetch(`${site.url}/..%2f..%2fsite.yaml`)).status).toBe(404)
    expect((await fetch(`${site.url}/.drowse-manifest`)).status).toBe(404)
  })

  it('shows a page at an address where there was none', async () => {
    const site = await devSite()
    const tab = await openTab(site, '/posts/p9/')
    site.save('content/posts/p9.md', post('At last', '2024-01-09', 'many'))
    await site.until(() => tab.news.some(({ reload }) => reload))
    await tab.close()
  })
})
