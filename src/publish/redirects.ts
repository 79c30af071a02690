import { hash } from 'node:crypto'
import type { ObjectInfo } from '../protocol/types.ts'
import type { PublishedObject } from './types.ts'

/** Lists a site's redirects for hosts that read such a file (Netlify, Cloudflare Pages, Codeberg). */
export const REDIRECTS_KEY = '_redirects'

/** A page that leads elsewhere: a redirect where the store or its server can do it, a page with a link where not. `target` is a path or an absolute address. */
export function redirectObject(key: string, target: string): PublishedObject {
  const safe = escaped(target)
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Moved</title>
<link rel="canonical" href="${safe}">
<meta http-equiv="refresh" content="0; url=${safe}">
<p>This page is now at <a href="${safe}">${safe}</a>.</p>
</html>
`
  return textObject(key, page, { contentType: 'text/html; charset=utf-8', redirect: target })
}

/** The redirects file for these objects, or null where none redirects. The order of the objects is nothing to it. */
export function redirectsFile(objects: Iterable<Pick<ObjectInfo, 'key' | 'redirect'>>): PublishedObject | null {
  const lines: string[] = []
  for (const { key, redirect } of objects) {
    if (redirect !== undefined) lines.push(`${wireForm(pathOf(key))} ${wireForm(redirect)} 301\n`)
  }
  if (lines.length === 0) return null
  return textObject(REDIRECTS_KEY, lines.sort().join(''), { contentType: 'text/plain; charset=utf-8' })
}

/** The path readers ask for: `posts/hello/index.html` → `/posts/hello/`. */
export function pathOf(key: string): string {
  return `/${key.replace(/(^|\/)index\.html$/, '$1')}`
}

/** Percent-encoded as on the wire; what is encoded already stays so. */
export function wireForm(path: string): string {
  return encodeURI(path).replaceAll('%25', '%')
}

function textObject(key: string, text: string, rest: Pick<ObjectInfo, 'contentType' | 'redirect'>): PublishedObject {
  const bytes = new TextEncoder().encode(text)
  return { info: { key, hash: hash('sha256', bytes), sizeBytes: bytes.byteLength, cache: 'page', ...rest }, bytes }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
