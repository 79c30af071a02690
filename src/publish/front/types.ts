/** What a server or CDN in front of a store is configured with. */
export interface FrontOptions {
  /** Where the site is published, such as `https://example.org`. */
  readonly site: string
  /** Where the public objects are served from, a path included: `https://bucket.s3.example.org/site`. */
  readonly origin: URL
  /** Where `/-/` leads. */
  readonly gateway: URL
  /** Headers for every page. */
  readonly headers: Readonly<Record<string, string>>
}

/** The port of an address, the scheme's own if it names none. */
export function portOf(url: URL): string {
  if (url.port !== '') return url.port
  return url.protocol === 'https:' ? '443' : '80'
}

/** The path that goes before every key, without a slash at its end. */
export function prefixOf(url: URL): string {
  return url.pathname.replace(/\/+$/, '')
}
