import { hash } from 'node:crypto'
import type { Encoding, PutInfo } from './types.ts'

/** The HTTP headers an object is stored with, where a store keeps headers. */
export interface ObjectHeaders {
  readonly contentType: string
  readonly cacheControl: string
  readonly contentEncoding?: Encoding
  /** Where a request for it is sent instead: a path of the site or an absolute address. */
  readonly redirect?: string
}

// A shared cache may show a page that is a minute old, and an older one while it fetches the new. So may some browsers, hence one minute more and not ten.
const PAGE = 'public, max-age=0, s-maxage=60, stale-while-revalidate=60'
const IMMUTABLE = 'public, max-age=31536000, immutable'
const PRIVATE = 'private, no-store'

const TEXT_BESIDE_TEXT = /^(application\/(javascript|json|manifest\+json|xml|[a-z.]+\+(xml|json))|image\/svg\+xml)$/

/** `key` is the store's: what is not below `site/` is nothing for caches. */
export function headersOf(key: string, { contentType, cache, encoding, redirect }: PutInfo): ObjectHeaders {
  const cacheControl = key.startsWith('site/') ? (cache === 'immutable' ? IMMUTABLE : PAGE) : PRIVATE
  return {
    contentType: withCharset(contentType),
    cacheControl,
    ...(encoding === undefined ? {} : { contentEncoding: encoding }),
    ...(redirect === undefined ? {} : { redirect }),
  }
}

/** A short name for the headers, the same for the same headers. */
export function headerHash(key: string, info: PutInfo): string {
  const { contentType, cacheControl, contentEncoding = '', redirect = '' } = headersOf(key, info)
  return hash('sha256', JSON.stringify([contentType, cacheControl, contentEncoding, redirect])).slice(0, 16)
}

/** All text Drowse publishes is UTF-8; a type that does not say so is read as Latin-1 by some. */
function withCharset(contentType: string): string {
  const type = contentType.trim()
  if (type.includes(';')) return type
  return type.startsWith('text/') || TEXT_BESIDE_TEXT.test(type) ? `${type}; charset=utf-8` : type
}
