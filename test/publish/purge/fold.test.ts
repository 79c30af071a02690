import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldPaths } from '../../../src/publish/purge/fold.ts'
import { encodePath, pathsOf } from '../../../src/publish/purge/paths.ts'

const covers = (pattern: string, path: string) =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path

describe('foldPaths', () => {
  it('leaves few paths as they are', () => {
    expect(foldPaths(['/', '/posts/a/', '/feed.xml'], 3)).toEqual(['/', '/posts/a/', '/feed.xml'])
  })

  it('folds the deepest folder first, and no more than it must', () => {
    const paths = ['/', '/feed.xml', '/posts/', '/posts/2026/a/', '/posts/2026/b/', '/posts/2026/c/', '/tags/x/', '/tags/y/']
    expect(foldPaths(paths, 6)).toEqual(['/', '/feed.xml', '/posts/', '/tags/x/', '/tags/y/', '/posts/2026/*'])
    expect(foldPaths(paths, 4)).toEqual(['/', '/feed.xml', '/posts/*', '/tags/*'])
    expect(foldPaths(paths, 1)).toEqual(['/*'])
  })

  it('folds a whole site’s first release into a few patterns', () => {
    const paths = Array.from({ length: 20_000 }, (_, n) => `/posts/p${n}/`)
    expect(foldPaths(['/', ...paths, '/feed.xml'], 15)).toEqual(['/', '/feed.xml', '/posts/*'])
  })

  it('covers every path with at most as many patterns as it may use', () => {
    const segment = fc.constantFrom('a', 'b', 'c', 'index', 'x.html')
    const path = fc
      .array(segment, { maxLength: 4 })
      .chain((parts) => fc.constantFrom(`/${parts.join('/')}`, `/${parts.map((part) => `${part}/`).join('')}`))
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (paths, most) => {
        const patterns = foldPaths(paths, most)
        expect(patterns.length).toBeLessThanOrEqual(most)
        for (const path of paths) expect(patterns.some((pattern) => covers(pattern, path))).toBe(true)
      }),
    )
  })
})

describe('pathsOf', () => {
  it('gives the addresses readers use, and none of what is private', () => {
    const keys = [
      'index.html',
      'posts/a/index.html',
      'feed.xml',
      'private/queue/index.html',
      '_drowse/frame/index.html',
      'myindex.html',
    ]
    expect(pathsOf(keys)).toEqual(['/', '/posts/a/', '/feed.xml', '/myindex.html'])
  })

  it('are encoded as in a URL', () => {
    expect(encodePath('/tags/привет, мир/100%#?/')).toBe(
      '/tags/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82%2C%20%D0%BC%D0%B8%D1%80/100%25%23%3F/',
    )
  })
})
