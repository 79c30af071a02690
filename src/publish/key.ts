import { DrowseError } from '../errors/drowse-error.ts'

// Names and characters that some file system or URL gives another meaning, https://learn.microsoft.com/windows/win32/fileio/naming-a-file
const RESERVED_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
const RESERVED_CHARACTER = /[\u0000-\u001f\u007f\\:*?"<>|]/
const MAX_KEY_BYTES = 1024
const MAX_SEGMENT_BYTES = 255

/** Throws `store-failed` for a key that is not a plain relative path everywhere: `..`, empty segments, names Windows reserves. */
export function checkKey(key: string): void {
  const fault = keyFault(key)
  if (fault === null) return
  throw new DrowseError('store-failed', `The key ${JSON.stringify(key)} can’t be published: ${fault}.`, {
    hint: 'Rename the entry or file it comes from.',
    details: { key },
  })
}

function keyFault(key: string): string | null {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`
  if (RESERVED_CHARACTER.test(key)) return 'it has a character that is not allowed in a file name'
  for (const segment of key.split('/')) {
    if (segment === '') return 'it begins or ends with a slash or has two in a row'
    if (segment === '.' || segment === '..') return 'it has a relative step'
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `one of its names is longer than ${MAX_SEGMENT_BYTES} bytes`
    if (segment.endsWith('.') || segment.endsWith(' ')) return 'one of its names ends in a dot or a space'
    if (RESERVED_NAME.test(segment)) return `the name “${segment}” is reserved`
  }
  return null
}

/**
 * Where an object of the site lives in its store. What the public must not see stands beside `site/`, so that a CDN can be pointed at
 * that prefix alone.
 */
export function storeKey(key: string): string {
  return isPublic(key) ? `site/${key}` : key
}

/** Whether readers may see what is published at this key: everything but `private/` and Drowse's own `_drowse/`. */
export function isPublic(key: string): boolean {
  const first = key.split('/', 1)[0]?.toLowerCase()
  return first !== 'private' && first !== '_drowse'
}
