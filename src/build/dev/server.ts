import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { CODES } from '../../errors/codes.ts'
import { frameKey } from '../../protocol/page-frame.ts'
import type { ObjectInfo } from '../../protocol/types.ts'
import { keyOf } from '../pages.ts'
import { Hub } from './hub.ts'
import { notBuilt, notThere, takesNothing, withClient } from './notices.ts'

const MISSING_KEY = '404.html'
const NONE = { key: '', hash: '' }
const HTML = 'text/html; charset=utf-8'
/** Keeps proxies on the way from closing a quiet stream. */
const PING_MS = 30_000

export interface DevSite {
  /** What the site publishes under a key, as it was last rendered. */
  find(key: string): ObjectInfo | null
}

export interface DevServer {
  readonly app: Hono
  readonly hub: Hub
  /** Ends all streams, so that the server behind the app can close. */
  close(): void
}

/** Serves a site's output folder, with live reload added to its pages on their way. `site` may be set later: until then nothing is built. */
export function createDevServer({ outDir, site }: { readonly outDir: string; readonly site: () => DevSite | null }): DevServer {
  const client = readFileSync(new URL('./client.js', import.meta.url))
  const closing = new AbortController()
  const app = new Hono()

  const find = (key: string): ObjectInfo | null => (key.startsWith('private/') ? null : (site()?.find(key) ?? null))
  const locate = (address: string) => find(keyAt(address)) ?? find(MISSING_KEY) ?? NONE
  const hub = new Hub(locate)
  const read = (key: string) => readFile(join(outDir, key)).catch(() => null)

  app.use(async (c, next) => {
    await next()
    c.res.headers.set('Cache-Control', 'no-store')
    c.res.headers.set('X-Content-Type-Options', 'nosniff')
  })

  app.get('/-/dev/client.js', (c) => c.body(client, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))

  app.get('/-/dev/events', (c) => {
    const { address = '/', key = '', hash = '' } = c.req.query()
    return streamSSE(c, async (stream) => {
      const leave = hub.join({ address, key, hash }, (news) => void stream.writeSSE({ data: JSON.stringify(news) }))
      const ping = setInterval(() => void stream.write(': still here\n\n'), PING_MS)
      await new Promise<void>((resolve) => {
        stream.onAbort(resolve)
        closing.signal.addEventListener('abort', () => resolve())
      })
      clearInterval(ping)
      leave()
    })
  })

  app.on(['GET', 'HEAD'], '/*', async (c) => {
    const { pathname, search } = new URL(c.req.url)
    const object = find(keyAt(pathname))
    if (object) return (await send(c, object, 200)) ?? (await missing(c))
    if (!pathname.endsWith('/') && find(keyAt(`${pathname}/`))) return c.redirect(`${pathname}/${search}`, 302)
    return await missing(c)
  })

  app.all('/*', async (c) => {
    const frame = await read(frameKey(null))
    const { status } = CODES['method-refused']
    return c.body(takesNothing(frame?.toString() ?? null), status, { 'Content-Type': HTML, Allow: 'GET, HEAD' })
  })

  async function send(c: Context, object: ObjectInfo, status: 200 | 404): Promise<Response | null> {
    const bytes = await read(object.key)
    if (bytes === null) return null
    const isPage = object.contentType.startsWith('text/html')
    const body = isPage ? withClient(bytes.toString(), object) : Uint8Array.from(bytes)
    return c.body(body, status, { 'Content-Type': object.contentType })
  }

  async function missing(c: Context): Promise<Response> {
    const page = find(MISSING_KEY)
    const answer = page && (await send(c, page, 404))
    if (answer) return answer
    const isBuilt = find('index.html') !== null
    return c.body(withClient(isBuilt ? notThere() : notBuilt(), NONE), isBuilt ? 404 : 503, { 'Content-Type': HTML })
  }

  return { app, hub, close: () => closing.abort() }
}

/** The key of the file at an address as browsers write it: `/posts/caf%C3%A9/` → `posts/café/index.html`. */
function keyAt(address: string): string {
  try {
    return keyOf(decodeURI(address))
  } catch {
    return keyOf(address)
  }
}
