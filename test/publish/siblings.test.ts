import { hash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { compress, isCompressible } from '../../src/publish/siblings.ts'
import type { ManifestEntry } from '../../src/publish/types.ts'
import { bytes } from '../contract/store.ts'

const words = bytes('so on and on and so on '.repeat(200))

function entry(key: string, contentType: string, content = words): ManifestEntry {
  return { key, hash: hash('sha256', content), sizeBytes: content.byteLength, contentType, cache: 'page', headers: '' }
}

describe('compressed siblings', () => {
  it('of the same bytes are the same, whenever they are made and wherever', () => {
    const page = entry('a.html', 'text/html')
    const [one, other] = [compress(page, words, 'gzip'), compress(page, words, 'gzip')]
    expect(one).toEqual(other)
    // No time, and no operating system, https://www.rfc-editor.org/rfc/rfc1952#section-2.3
    expect([...(one?.bytes.subarray(4, 8) ?? []), one?.bytes[9]]).toEqual([0, 0, 0, 0, 255])
    expect(compress(page, words, 'br')).toEqual(compress(page, words, 'br'))
  })

  it('say what the original says', () => {
    const page = entry('a.html', 'text/html')
    expect(gunzipSync(compress(page, words, 'gzip')?.bytes ?? '').equals(words)).toBe(true)
    expect(brotliDecompressSync(compress(page, words, 'br')?.bytes ?? '').equals(words)).toBe(true)
  })

  it.each([
    ['a picture', entry('a.jpg', 'image/jpeg')],
    ['a small page', entry('a.html', 'text/html', bytes('small'))],
    ['what nobody but the owner reads', entry('private/a.html', 'text/html')],
    ['what leads on', { ...entry('a.html', 'text/html'), redirect: '/b/' }],
  ])('are not made of %s', (_, object) => {
    expect(isCompressible(object)).toBe(false)
  })

  it('are not made where they would save next to nothing', () => {
    const random = crypto.getRandomValues(new Uint8Array(4096))
    expect(compress(entry('a.html', 'text/html', random), random, 'br')).toBeNull()
  })
})
