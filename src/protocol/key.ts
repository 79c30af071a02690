// What no store can hold: they part names, or end them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
const IMPOSSIBLE_CHARACTER = /[\u0000-\u001f\u007f\\]/
/** S3's limit less what a store may put before a key, such as `site/`. */
const MAX_KEY_BYTES = 1000
// A file's name on the usual file systems.
const MAX_SEGMENT_BYTES = 255
// The owner's pages, and what Drowse keeps for itself.
const HIDDEN: readonly string[] = ['private', '_drowse']

/**
 * Why no store can hold an object with this key, as the end of a sentence; null if they can. It is asked where pages get their keys, so that a write
 * which asks for such a one is rejected, and again where they are stored.
 */
export function keyFault(key: string, maxBytes = MAX_KEY_BYTES): string | null {
  if (Buffer.byteLength(key) > maxBytes) return `it is longer than ${maxBytes} bytes`
  if (IMPOSSIBLE_CHARACTER.test(key)) return 'it has a backslash or a control character'
  for (const segment of key.split('/')) {
    if (segment === '') return 'it begins or ends with a slash or has two in a row'
    if (segment === '.' || segment === '..') return 'it has a relative step'
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `one of its names is longer than ${MAX_SEGMENT_BYTES} bytes`
  }
  return null
}

/** Whether readers may see what is published at this key: everything but `private/` and Drowse's own `_drowse/`. */
export function isPublicKey(key: string): boolean {
  return !HIDDEN.includes(key.split('/', 1)[0]?.toLowerCase() ?? '')
}

/**
 * Whether what is published at this key tells one person of their own doings: the owner's files, and pages at an address that can't be guessed, such as an order's. No older state of it may
 * take its place.
 */
export function isPersonalKey(key: string): boolean {
  return !isPublicKey(key) || /(?:^|\/)[0-9a-f]{32}\//.test(key)
}

/** The folders a key is in: `a/b/c.html` → `a`, `a/b`. Where one of them is a key itself, only a store without folders could hold both. */
export function foldersOf(key: string): readonly string[] {
  return Array.from(key.matchAll(/\//g), ({ index }) => key.slice(0, index))
}
