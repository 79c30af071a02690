import type { MiddlewareHandler } from 'hono'

const SECURITY = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  // Not no-referrer: browsers send `Origin: null` with a form on such a page, and sending the form again must work.
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  // Pages lead to some of these addresses, but none of them is for search engines.
  'X-Robots-Tag': 'noindex',
}

/** Puts the security headers on every answer of the gateway's own. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(SECURITY)) c.res.headers.set(name, value)
}
