import { describe, expect, it } from 'vitest'
import { PRODUCT, postWith, read } from './reading.ts'

describe('good front matter', () => {
  it('becomes an entry with every common field', () => {
    const lines = ['updated: 2024-06-01', 'description: Short', 'tags: [One, two]', 'draft: true', 'slug: other']
    const { entry, problems } = read(postWith(...lines))

    expect(problems).toEqual([])
    expect(entry).toMatchObject({
      id: 'post/other',
      kind: 'post',
      slug: 'other',
      path: '/posts/other/',
      source: 'content/posts/hello.md',
      title: 'Hello',
      date: '2024-05-01T00:00:00.000Z',
      updated: '2024-06-01T00:00:00.000Z',
      description: 'Short',
      tags: [
        { name: 'One', slug: 'one' },
        { name: 'two', slug: 'two' },
      ],
      draft: true,
      data: {},
    })
  })

  it('keeps keys that Drowse does not read as data for the theme', () => {
    const { entry, problems } = read(postWith('category: release', 'layout: blog-post', 'author: {name: Ann, since: 2011}'))

    expect(problems).toEqual([])
    expect(entry?.data).toEqual({ category: 'release', layout: 'blog-post', author: { name: 'Ann', since: 2011 } })
  })

  it('keeps a key named __proto__ as data without touching any prototype', () => {
    const { entry } = read(postWith('__proto__: {polluted: true}'))

    expect(Object.keys(entry?.data ?? {})).toEqual(['__proto__'])
    expect('polluted' in {}).toBe(false)
  })

  it('takes numbers for text as they are written', () => {
    const { entry, problems } = read('---\ntitle: 2024\ndate: 2024-01-01\ndescription: 1.10\nslug: 404\ntags: [2024]\n---\n')

    expect(problems).toEqual([])
    expect(entry).toMatchObject({ title: '2024', description: '1.10', slug: '404', tags: [{ name: '2024', slug: '2024' }] })
  })

  it('reads tags from a comma-separated line, each once by its slug', () => {
    const { entry } = read(postWith('tags: Web, web,  C++ , c#,'))

    expect(entry?.tags).toEqual([
      { name: 'Web', slug: 'web' },
      { name: 'C++', slug: 'c-plus-plus' },
      { name: 'c#', slug: 'c-sharp' },
    ])
  })

  it('takes an empty key as if it were not there', () => {
    const { entry, problems } = read(postWith('updated:', 'tags:', 'description:'))

    expect(problems).toEqual([])
    expect(entry).toMatchObject({ updated: null, tags: [], description: 'Text.' })
  })

  it('takes yes and no for draft as older YAML did', () => {
    expect(read(postWith('draft: yes')).entry?.draft).toBe(true)
    expect(read(postWith('draft: no')).entry?.draft).toBe(false)
  })

  it('works with CRLF and a byte order mark, and gives the same entry', () => {
    const text = postWith('tags: a')

    expect(read(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(read(text))
  })
})

describe('titles', () => {
  it('come from the heading that the text begins with, which then leaves the body', () => {
    const { entry } = read('# Hello *big* `world` #\n\nText.', 'content/posts/2024-05-01-x.md')

    expect(entry).toMatchObject({ title: 'Hello big world', description: 'Text.', date: '2024-05-01T00:00:00.000Z' })
  })

  it('come from an underlined heading too', () => {
    expect(read('---\ndate: 2024-05-01\n---\n\nHello\n=====\n\nText.').entry).toMatchObject({
      title: 'Hello',
      description: 'Text.',
    })
  })

  it('are missed where there is neither front matter nor a heading', () => {
    expect(read('Text.', 'content/posts/2024-05-01-x.md').problems).toEqual([
      {
        where: 'content/posts/2024-05-01-x.md',
        line: 1,
        column: 1,
        rule: 'front-matter/missing-title',
        message: 'This file has no title.',
        hint: 'Add `title: My title` to the front matter, or begin the text with `# My title`.',
        severity: 'error',
      },
    ])
  })

  it('may not be empty', () => {
    expect(read('---\ntitle: " "\ndate: 2024-01-01\n---\n')).toMatchObject({
      entry: null,
      problems: [{ rule: 'front-matter/invalid-title', line: 2 }],
    })
  })
})

describe('dates', () => {
  it('come from the file’s name where the front matter has none', () => {
    expect(read('---\ntitle: A\n---\n', 'content/posts/2024-05-01-a.md').entry).toMatchObject({
      date: '2024-05-01T00:00:00.000Z',
      slug: '2024-05-01-a',
    })
  })

  it('are required of a dated kind', () => {
    expect(read('---\ntitle: A\n---\n')).toMatchObject({
      entry: null,
      problems: [{ rule: 'front-matter/missing-date', severity: 'error' }],
    })
  })

  it('must be in the calendar, and the message names the line', () => {
    expect(read('---\ntitle: A\ndate: 2024-02-30\n---\n')).toMatchObject({
      entry: null,
      problems: [
        {
          where: 'content/posts/hello.md',
          line: 3,
          column: 7,
          rule: 'front-matter/invalid-date',
          message: '`date`: `2024-02-30` is not a date of the calendar.',
          hint: 'Write it as `2024-05-01` or `2024-05-01T10:00:00Z`.',
        },
      ],
    })
  })
})

describe('keys that look like a slip', () => {
  it.each([
    ['tag: a', 'tags'],
    ['titel: a', 'title'],
    ['Draft: true', 'draft'],
    ['desciption: a', 'description'],
    ['update: 2024-01-01', 'updated'],
  ])('get a warning with a hint and are kept: %s', (line, meant) => {
    const { entry, problems } = read(['---', line, 'date: 2024-05-01', '---', '# A heading', ''].join('\n'))

    expect(entry?.data).toHaveProperty([line.split(':')[0] ?? ''])
    expect(problems).toMatchObject([
      { line: 2, column: 1, rule: 'front-matter/unknown-key', hint: `Did you mean \`${meant}\`?`, severity: 'warning' },
    ])
  })

  it('are compared with the kind’s own fields too', () => {
    const { problems } = read('---\ntitle: A\nprices: 3\nprice: 1\nstok: 2\n---\n', 'content/shop/a.md', PRODUCT)

    expect(problems).toMatchObject([{ line: 5, hint: 'Did you mean `stock`?' }])
  })

  it('are no slip while the key they look like is there as well', () => {
    expect(read(postWith('data: 1', 'titles: 2')).problems).toEqual([])
  })
})

describe('a kind’s own fields', () => {
  it('are data, with the schema’s defaults and text as it was written', () => {
    const { entry, problems } = read('---\ntitle: A\nprice: 1200\nsku: 0042\n---\n', 'content/shop/a.md', PRODUCT)

    expect(problems).toEqual([])
    expect(entry?.data).toEqual({ price: 1200, sku: '0042', stock: 0 })
  })

  it('are told with their line where they are wrong, and where they are missing', () => {
    expect(read('---\ntitle: A\nprice: much\n---\n', 'content/shop/a.md', PRODUCT).problems).toMatchObject([
      { line: 3, column: 8, rule: 'front-matter/invalid-field', message: '`price` should be a number, not `much`.' },
    ])
    expect(read('---\ntitle: A\n---\n', 'content/shop/a.md', PRODUCT).problems).toMatchObject([
      { message: '`price` is missing.', severity: 'error' },
    ])
  })
})

describe('malformed front matter', () => {
  it('is told with the line of the file', () => {
    expect(read('---\ntitle: A: b\n---\n')).toMatchObject({
      entry: null,
      problems: [
        {
          line: 2,
          column: 8,
          rule: 'front-matter/invalid-yaml',
          hint: 'Put quotes around a value that holds a colon: `title: "One: two"`.',
        },
      ],
    })
  })

  it('may not have a key twice', () => {
    expect(read(postWith('title: Again')).problems).toMatchObject([
      { line: 4, rule: 'front-matter/invalid-yaml', hint: 'Keep one of the two.' },
    ])
  })

  it('must be closed', () => {
    expect(read('---\ntitle: A\n')).toMatchObject({ entry: null, problems: [{ line: 1, rule: 'front-matter/unclosed' }] })
  })

  it('must be keys with values', () => {
    expect(read('---\n- a\n---\n')).toMatchObject({ entry: null, problems: [{ line: 2, rule: 'front-matter/not-a-mapping' }] })
  })

  it('may not nest or multiply until the machine gives up', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'.split('').map((key, at) => `${key}: &${key} [${`*${'abcdefghij'[at]},`.repeat(9)}]`),
    ]

    expect(read(postWith(`x: ${'['.repeat(20_000)}`)).entry).toBeNull()
    expect(read(postWith(...bomb)).problems).toMatchObject([{ rule: 'front-matter/invalid-yaml', severity: 'error' }])
  })

  it('may not hold itself', () => {
    expect(read(postWith('x: &a', '  y: [*a]')).problems).toMatchObject([
      { line: 5, column: 7, rule: 'front-matter/cyclic-alias', severity: 'error' },
    ])
    expect(read(postWith('x: &a [1]', 'y: [*a, *a]')).entry?.data).toMatchObject({ x: [1], y: [[1], [1]] })
  })

  it('has all of its faults told at once, in the order of the lines', () => {
    const { entry, problems } = read('---\ndate: soon\nslug: ../up\ntags: [{a: 1}]\ndraft: perhaps\ntitel: x\n---\n')

    expect(entry).toBeNull()
    expect(problems.map(({ line, rule }) => [line, rule])).toEqual([
      [1, 'front-matter/missing-title'],
      [2, 'front-matter/invalid-date'],
      [3, 'front-matter/invalid-slug'],
      [4, 'front-matter/invalid-tags'],
      [5, 'front-matter/invalid-draft'],
      [6, 'front-matter/unknown-key'],
    ])
  })
})
