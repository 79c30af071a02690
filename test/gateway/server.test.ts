import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../../src/gateway/server.ts'
import { fixture } from './fixture.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(fetch: (request: Request) => Response | Promise<Response>): Promise<Server & { readonly url: string }> {
  const server = await startServer({ fetch, port: 0 })
  cleanups.push(() => server.close(100))
  return { ...server, url: `http://127.0.0.1:${server.port}` }
}

describe('the server', () => {
  it('takes forms and serves pages on a port it picks', async () => {
    const site = fixture({ origin: null, acceptsOwnHost: true })
    cleanups.push(site.close)
    const { url } = await serve(site.app.fetch)
    const body = new URLSearchParams({ page: '/posts/hello/', text: 'over a real port' })
    const response = await fetch(`${url}/-/note.create`, { method: 'POST', body, headers: { Origin: url }, redirect: 'follow' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('<h1>Hello</h1>')
    const multipart = new FormData()
    multipart.set('page', '/posts/hello/')
    multipart.set('text', 'in parts')
    expect((await fetch(`${url}/-/note.create`, { method: 'POST', body: multipart, redirect: 'manual' })).status).toBe(303)
  })

  it.each([true, false])('answers 413 to 10 MB, announced: %s', async (isAnnounced) => {
    const site = fixture()
    cleanups.push(site.close)
    const { port } = await serve(site.app.fetch)
    expect(await statusOfLargePost(port, isAnnounced)).toBe(413)
    expect(site.notified).toEqual([])
  })

  it('says that its port is taken', async () => {
    const { port } = await serve(() => new Response('first'))
    await expect(startServer({ fetch: () => new Response(), port })).rejects.toMatchObject({
      code: 'port-in-use',
      hint: expect.stringContaining('--port'),
    })
  })

  it('lets requests under way finish when it closes', async () => {
    const reached = Promise.withResolvers<void>()
    const server = await serve(async () => {
      reached.resolve()
      await sleep(50)
      return new Response('done')
    })
    const response = fetch(server.url)
    await reached.promise
    await server.close()
    expect(await (await response).text()).toBe('done')
    await expect(fetch(server.url)).rejects.toThrow()
  })

  it('does not wait for a connection that is only kept alive after the request under way when it closed', async () => {
    const reached = Promise.withResolvers<void>()
    const server = await serve(async () => {
      reached.resolve()
      await sleep(50)
      return new Response('done')
    })
    const agent = new Agent({ keepAlive: true })
    cleanups.push(() => agent.destroy())
    request(server.url, { agent }, (response) => response.resume()).end()
    await reached.promise
    const startedAt = performance.now()
    await server.close()
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})

function statusOfLargePost(port: number, isAnnounced: boolean): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sizeBytes = 10_000_000
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(isAnnounced ? { 'Content-Length': sizeBytes } : {}),
    }
    const post = request({ port, host: '127.0.0.1', method: 'POST', path: '/-/note.create', headers })
    post.on('response', (response) => {
      resolve(response.statusCode)
      response.resume()
      post.destroy()
    })
    // The server may stop reading and hang up once it has answered.
    post.on('error', (error) => setImmediate(() => reject(error)))
    post.write(`text=${'x'.repeat(sizeBytes - 5)}`)
    post.end()
  })
}
