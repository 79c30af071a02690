import { afterEach, describe, expect, it } from 'vitest'
import { httpPurge } from '../../../src/publish/purge/http.ts'
import { type StandIn, startStandIn } from './stand-in.ts'

const site = 'https://example.org'
const servers: StandIn[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function cache(status = 200): Promise<StandIn> {
  const server = await startStandIn(() => ({ status }))
  servers.push(server)
  return server
}

describe('httpPurge', () => {
  it('sends PURGE for each path', async () => {
    const server = await cache()
    await httpPurge({ url: `${server.url}/`, mode: 'each', site }).purge(['/', '/posts/a/', '/tags/мир/'])
    expect(server.taken.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
      'PURGE /',
      'PURGE /posts/a/',
      'PURGE /tags/%D0%BC%D0%B8%D1%80/',
    ])
  })

  it('does not mind that a cache has no copy', async () => {
    const server = await cache(404)
    await expect(httpPurge({ url: server.url, mode: 'each', site }).purge(['/'])).resolves.toBeUndefined()
  })

  it('tells a webhook all paths at once, with its token', async () => {
    const server = await cache(204)
    await httpPurge({ url: `${server.url}/hook`, mode: 'webhook', site, token: 't0ken' }).purge(['/', '/a b/'])
    expect(server.taken).toHaveLength(1)
    const [request] = server.taken
    expect(request).toMatchObject({ method: 'POST', url: '/hook', authorization: 'Bearer t0ken' })
    expect(JSON.parse(request?.body ?? '')).toEqual({ site, paths: ['/', '/a%20b/'], urls: [`${site}/`, `${site}/a%20b/`] })
  })

  it.each([
    [403, 'DROWSE_PURGE_TOKEN'],
    [405, 'does not know PURGE'],
    [500, 'tried again'],
  ])('says what to do about a %i', async (status, hint) => {
    const server = await cache(status)
    await expect(httpPurge({ url: server.url, mode: 'each', site }).purge(['/'])).rejects.toMatchObject({
      code: 'purge-failed',
      hint: expect.stringContaining(hint),
    })
  })

  it('says that a cache can’t be reached', async () => {
    const server = await cache()
    server.close()
    await expect(httpPurge({ url: server.url, mode: 'each', site }).purge(['/'])).rejects.toMatchObject({
      message: expect.stringContaining('can’t be reached'),
    })
  })
})
