import type { MiddlewareHandler } from 'hono'

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** For a page with a script of the gateway's own. */
export const POLICY_WITH_SCRIPT = `${POLICY}; script-src 'self'`

const SECURITY = {
  'Content-Security-Policy': POLICY,
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
  for (const [name, value] of Object.entries(SECURITY))
    if (name !== 'Content-Security-Policy' || !c.res.headers.has(name)) c.res.headers.set(name, value)
}
