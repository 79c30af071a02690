import { isPublicKey } from '../protocol/key.ts'
import type { Receipt } from '../protocol/types.ts'
import type { Published } from './types.ts'

/**
 * The key of what readers get at a path: `/posts/hello/` → `posts/hello/index.html`. Null for what can't be a path of the public site. The
 * path may be percent-encoded.
 */
export function publicKey(path: string): string | null {
  if (!path.startsWith('/')) return null
  const key = decoded(path.endsWith('/') ? `${path.slice(1)}index.html` : path.slice(1))
  if (key === null) return null
  const segments = key.split('/')
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return null
  return isPublicKey(key) ? key : null
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

/**
 * Where the result of a write can be seen: the page's path with its version, so that no cache answers with an older one, and the element.
 * Never another host's, and safe in a header, whatever the path holds.
 */
export function resultLocation(
  receipt: Extract<Receipt, { status: 'applied' }>,
  published: Pick<Published, 'published'>,
): string | null {
  if (receipt.page === undefined) return null
  const location = new URL('http://site.invalid')
  location.pathname = receipt.page
  const info = published.published(publicKey(receipt.page) ?? '')
  if (info !== null) location.searchParams.set('v', info.hash.slice(0, 10))
  if (receipt.anchor !== undefined) location.hash = encodeURIComponent(receipt.anchor)
  return `/${location.pathname.replace(/^\/+/, '')}${location.search}${location.hash}`
}

/** A page's own path as a `Location`. */
export function pageLocation(path: string): string {
  return resultLocation({ write: '', status: 'applied', page: path }, { published: () => null }) ?? '/'
}
