import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSlug, slugify, slugOfPath } from '../../src/content/slug.ts'
import { PAGE, POST, PROFILE, postWith, read } from './reading.ts'

describe('a slug from a path', () => {
  it.each([
    ['hello.md', 'hello'],
    ['Hello World!.md', 'hello-world'],
    ['2024/05/hello.md', '2024/05/hello'],
    ['2024-05-01-hello.md', '2024-05-01-hello'],
    ['hello/index.md', 'hello'],
    ['a/Index.markdown', 'a'],
    ['index.md', ''],
    ['Ünïcödé.md', 'unicode'],
    ['Привет, мир.md', 'privet-mir'],
    ['v0.10.0.md', 'v0-10-0'],
    ['don’t.md', 'dont'],
    [`${'a'.repeat(100)}.md`, 'a'.repeat(81)],
  ])('%s is %s', (path, slug) => {
    expect(slugOfPath(path)).toBe(slug)
  })

  it('does not exist where a segment has neither letter nor digit', () => {
    expect(slugOfPath('a/!!!/b.md')).toBeNull()
    expect(slugOfPath('---.md')).toBeNull()
  })

  it('never leaves its folder, whatever the path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        const slug = slugOfPath(path)
        return slug === null || slug === '' || (isSlug(slug) && !slug.includes('..') && !slug.startsWith('/'))
      }),
    )
  })

  it('is stable: the slug of a slug is itself', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (words) => slugify(slugify(words)) === slugify(words)))
  })
})

describe('a slug from front matter', () => {
  it.each(['a', '2024', 'a-b', 'a/b/c', 'a'.repeat(81)])('may be %s', (slug) => {
    expect(read(postWith(`slug: ${slug}`)).entry?.slug).toBe(slug)
  })

  it.each(['..', '../a', 'a/../b', '/a', 'a/', 'a//b', 'A', 'ä', '-a', 'a b', 'a.html', 'a'.repeat(82), 'a\\b', '%2e%2e'])(
    'may not be %s',
    (slug) => {
      expect(read(postWith(`slug: '${slug}'`))).toMatchObject({
        entry: null,
        problems: [{ line: 4, rule: 'front-matter/invalid-slug' }],
      })
    },
  )
})

describe('an entry’s place', () => {
  it('is below its kind’s folder', () => {
    expect(read(postWith(), 'content/posts/release/v1.md').entry).toMatchObject({
      id: 'post/release/v1',
      path: '/posts/release/v1/',
    })
  })

  it('is the file’s own name where the kind is one file', () => {
    expect(read('# Me', 'content/profile.md', PROFILE).entry).toMatchObject({ id: 'profile/profile', path: '/profile/' })
  })

  it('is the site’s own root for the first page of all, whose slug is empty', () => {
    expect(read('# Home', 'content/index.md', PAGE).entry).toMatchObject({ id: 'page/', slug: '', path: '/' })
  })

  it('is an error where the file’s name has neither letter nor digit', () => {
    expect(read(postWith(), 'content/posts/---.md')).toMatchObject({ entry: null, problems: [{ rule: 'content/invalid-name' }] })
  })

  it('is not taken by the index of a kind’s folder, which is left out with a warning', () => {
    expect(read('---\ntitle: Blog\n---\n', 'content/posts/index.md', POST)).toMatchObject({
      entry: null,
      problems: [{ rule: 'content/folder-index', severity: 'warning' }],
    })
  })
})
