import type { ObjectInfo } from '../protocol/types.ts'

/** The HTTP headers an object is stored with, where a store keeps headers. */
export interface ObjectHeaders {
  readonly contentType: string
  readonly cacheControl: string
}

// A shared cache may show a page that is a minute old, and an older one while it fetches the new; a browser always asks.
const PAGE = 'public, max-age=0, s-maxage=60, stale-while-revalidate=600'
const IMMUTABLE = 'public, max-age=31536000, immutable'
const PRIVATE = 'private, no-store'

const TEXT_BESIDE_TEXT = /^(application\/(javascript|json|manifest\+json|xml|[a-z.]+\+(xml|json))|image\/svg\+xml)$/

/** `key` is the store's: what is not below `site/` is nothing for caches. */
export function headersOf(key: string, { contentType, cache }: Pick<ObjectInfo, 'contentType' | 'cache'>): ObjectHeaders {
  const cacheControl = key.startsWith('site/') ? (cache === 'immutable' ? IMMUTABLE : PAGE) : PRIVATE
  return { contentType: withCharset(contentType), cacheControl }
}

/** All text Drowse publishes is UTF-8; a type that does not say so is read as Latin-1 by some. */
function withCharset(contentType: string): string {
  const type = contentType.trim()
  if (type.includes(';')) return type
  return type.startsWith('text/') || TEXT_BESIDE_TEXT.test(type) ? `${type}; charset=utf-8` : type
}
