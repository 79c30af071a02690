import { hash } from 'node:crypto'
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib'
import { headerHash } from './headers.ts'
import { storeKey } from './key.ts'
import type { Encoding, ManifestEntry } from './types.ts'

/** Smaller ones fit into the first packets anyway. */
const SMALLEST_BYTES = 1024
/** A sibling that saves less than this share is not worth its key. */
const LEAST_SAVING = 0.05
const COMPRESSIBLE =
  /^(text\/|application\/(javascript|json|manifest\+json|xml|wasm|[a-z.]+\+(xml|json))|image\/(svg\+xml|x-icon))/

const SUFFIX: Record<Encoding, string> = { br: '.br', gzip: '.gz' }
export const ENCODINGS: readonly Encoding[] = ['br', 'gzip']

/** Where nginx and its like look for the compressed bytes of `key`. */
export function siblingKey(key: string, encoding: Encoding): string {
  return key + SUFFIX[encoding]
}

/** Whether bytes of this type compress well. */
export function isText(contentType: string): boolean {
  return COMPRESSIBLE.test(contentType)
}

/** Whether an object is of a kind that is worth compressing. What nobody but the owner reads, and what redirects, is not. */
export function isCompressible({ key, contentType, sizeBytes, redirect }: ManifestEntry): boolean {
  return sizeBytes >= SMALLEST_BYTES && redirect === undefined && isText(contentType) && storeKey(key) !== key
}

/** The compressed sibling of an object, or null where it would save next to nothing. The same bytes give the same sibling, always. */
export function compress(
  entry: ManifestEntry,
  bytes: Uint8Array,
  encoding: Encoding,
): { readonly entry: ManifestEntry; readonly bytes: Uint8Array } | null {
  const small = encoding === 'br' ? brotli(entry, bytes) : gzip(bytes)
  if (small.byteLength > bytes.byteLength * (1 - LEAST_SAVING)) return null
  const key = siblingKey(entry.key, encoding)
  const info = { contentType: entry.contentType, cache: entry.cache, encoding }
  const sibling: ManifestEntry = {
    key,
    hash: hash('sha256', small),
    sizeBytes: small.byteLength,
    ...info,
    headers: headerHash(storeKey(key), info),
    source: entry.hash,
  }
  return { entry: sibling, bytes: small }
}

/** The best there is for what is compressed once and kept for a year; a quick one for pages, since somebody may be waiting for them. */
function brotli({ cache }: ManifestEntry, bytes: Uint8Array): Uint8Array {
  return brotliCompressSync(bytes, {
    params: {
      [zlib.BROTLI_PARAM_QUALITY]: cache === 'immutable' ? 11 : 5,
      [zlib.BROTLI_PARAM_MODE]: zlib.BROTLI_MODE_TEXT,
      [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  })
}

/** zlib writes no name and no time into the header; the byte that names the operating system is made the same everywhere (255: unknown, RFC 1952). */
function gzip(bytes: Uint8Array): Uint8Array {
  const small = gzipSync(bytes, { level: 6 })
  small[9] = 255
  return small
}
