import { type Context, Hono } from 'hono'
import type { ObjectInfo } from '../protocol/types.ts'
import { publicKey } from './location.ts'
import type { Published } from './types.ts'

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https: data:",
  "media-src 'self' https:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const CACHE_CONTROL: Record<ObjectInfo['cache'], string> = {
  immutable: 'public, max-age=31536000, immutable',
  page: 'public, max-age=0, must-revalidate',
}

/** What every page of a site is served with. */
export const SITE_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Content-Security-Policy': CSP,
}

interface StaticSiteOptions {
  /** The policy for the site's own pages. */
  readonly contentSecurityPolicy?: string
}

/** Serves what is published, as a CDN would. It asks the index and the store; no machine is woken, and nothing is changed. */
export function staticSite(published: Published, { contentSecurityPolicy = CSP }: StaticSiteOptions = {}): Hono {
  const app = new Hono()

  app.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(SITE_HEADERS)) c.res.headers.set(name, value)
    c.res.headers.set('Content-Security-Policy', contentSecurityPolicy)
  })

  app.on(['GET', 'HEAD'], '/*', async (c) => {
    const { pathname, search } = new URL(c.req.url)
    const key = publicKey(pathname)
    const info = key === null ? null : published.published(key)
    if (info !== null) return (await object(c, info)) ?? (await notFound(c))
    const folder = publicKey(`${pathname}/`)
    if (folder !== null && published.published(folder) !== null) return c.redirect(`${pathname}/${search}`, 301)
    return await notFound(c)
  })

  app.all('/*', (c) => c.text('This address takes GET and HEAD only.\n', 405, { Allow: 'GET, HEAD' }))

  async function object(c: Context, info: ObjectInfo): Promise<Response | null> {
    if (info.redirect !== undefined) return c.redirect(info.redirect, 301)
    const headers = { ETag: `"${info.hash}"`, 'Cache-Control': CACHE_CONTROL[info.cache] }
    if (names(c.req.header('If-None-Match'), info.hash)) return c.body(null, 304, headers)
    const bytes = await published.read(info.key)
    return bytes === null ? null : c.body(Uint8Array.from(bytes), 200, { ...headers, 'Content-Type': info.contentType })
  }

  async function notFound(c: Context): Promise<Response> {
    const page = await published.read('404.html')
    const headers = { 'Cache-Control': CACHE_CONTROL.page }
    if (page === null) return c.text('Nothing is published at this address.\n', 404, headers)
    return c.body(Uint8Array.from(page), 404, { ...headers, 'Content-Type': 'text/html; charset=utf-8' })
  }

  return app
}

/** Whether an `If-None-Match` names this hash; caches on the way may have made it a weak one. */
function names(header: string | undefined, hash: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === `"${hash}"`)
}
