import { hash } from 'node:crypto'
import type { PublishedObject, Store } from '../../src/publish/types.ts'
import { bytes, text } from '../contract/store.ts'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  xml: 'application/atom+xml',
}

/** An object as the guest would give it out. */
export function object(key: string, content: string, cache: 'page' | 'immutable' = 'page'): PublishedObject {
  const contentType = TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'text/plain; charset=utf-8'
  const encoded = bytes(content)
  return { info: { key, hash: hash('sha256', encoded), sizeBytes: encoded.byteLength, contentType, cache }, bytes: encoded }
}

/** All that a store holds below a prefix. */
export async function contents(store: Store, prefix: string): Promise<Record<string, string | null>> {
  const all: Record<string, string | null> = {}
  for await (const key of store.list(prefix)) all[key] = text(await store.get(key))
  return all
}
