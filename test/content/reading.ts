import * as v from 'valibot'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import type { BodyOptions, Parser } from '../../src/content/markdown/types.ts'
import { readEntry } from '../../src/content/read-entry.ts'
import type { Body, BodyCache, CodeCache, EntryType, ReadResult } from '../../src/content/types.ts'

export const POST: EntryType = {
  kind: 'post',
  source: 'content/posts',
  fields: {},
  path: (slug) => `/posts/${slug}/`,
  dated: true,
}
export const PAGE: EntryType = {
  kind: 'page',
  source: 'content',
  fields: {},
  path: (slug) => (slug === '' ? '/' : `/${slug}/`),
  dated: false,
}
export const PROFILE: EntryType = {
  kind: 'profile',
  source: 'content/profile.md',
  fields: {},
  path: () => '/profile/',
  dated: false,
}
export const PRODUCT: EntryType = {
  kind: 'product',
  source: 'content/shop',
  fields: { price: v.number(), sku: v.optional(v.string()), stock: v.optional(v.number(), 0) },
  path: (slug) => `/shop/${slug}/`,
  dated: false,
}

export function memoryCode(): CodeCache & { readonly code: Map<string, string> } {
  const code = new Map<string, string>()
  return {
    code,
    get: (hash) => code.get(hash) ?? null,
    set: (hash, html) => {
      code.set(hash, html)
    },
  }
}

/** How a body is rendered by this parser, without colours if nothing else is said. */
export function by(parser: Parser, options: Partial<BodyOptions> = {}): BodyOptions {
  return { parser, highlight: false, math: false, search: false, code: memoryCode(), ...options }
}

export function memoryBodies(): BodyCache & { readonly bodies: Map<string, Body> } {
  const bodies = new Map<string, Body>()
  return {
    bodies,
    get: (hash) => bodies.get(hash) ?? null,
    set: (hash, body) => {
      bodies.set(hash, body)
    },
    code: memoryCode(),
  }
}

/** Reads text (or bytes) as a file of a kind: a post named hello.md if nothing else is said. */
export function read(content: string | Uint8Array, path = 'content/posts/hello.md', type: EntryType = POST): ReadResult {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return readEntry({ path, bytes }, type, {
    parser: satteriParser,
    highlight: false,
    math: false,
    search: false,
    bodies: memoryBodies(),
  })
}

/** A post with these lines of front matter beside a title and a date, which are lines 2 and 3. */
export function postWith(...lines: readonly string[]): string {
  return ['---', 'title: Hello', 'date: 2024-05-01', ...lines, '---', '', 'Text.', ''].join('\n')
}
