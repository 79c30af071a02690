import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDuplicates } from '../../src/content/duplicates.ts'
import { remarkParser } from '../../src/content/markdown/parsers/remark.ts'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import { bodyHash } from '../../src/content/markdown/render-markdown.ts'
import { readEntry } from '../../src/content/read-entry.ts'
import { by, memoryBodies, PAGE, POST, PRODUCT, postWith, read } from './reading.ts'

const bytesOf = (...parts: readonly (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)))

describe('a file that is not UTF-8', () => {
  it('is told with the line and the column of the first bad byte', () => {
    const bytes = bytesOf('---\ntitle: Grü', [0xfc], 'n\ndate: 2024-05-01\n---\n')

    expect(read(bytes)).toEqual({
      entry: null,
      problems: [
        {
          where: 'content/posts/hello.md',
          line: 2,
          column: 11,
          rule: 'content/not-utf-8',
          message: 'This line holds bytes that are not UTF-8.',
          hint: 'Save the file with the encoding UTF-8.',
          severity: 'error',
        },
      ],
    })
  })

  it('is told even where the last character is cut off', () => {
    expect(read(bytesOf('one\ntwo', [0xe2, 0x82])).problems).toMatchObject([{ line: 2, column: 4 }])
  })

  it('is named where it is UTF-16', () => {
    const bytes = Uint8Array.from(Buffer.from('\uFEFF# Hello', 'utf16le'))

    expect(read(bytes).problems).toMatchObject([{ rule: 'content/not-utf-8', message: 'This file is in UTF-16, not UTF-8.' }])
  })
})

describe('front matter in TOML', () => {
  it('is told as such', () => {
    expect(read(bytesOf('+++\ntitle = "Hello"\n+++\n')).problems).toMatchObject([{ line: 1, rule: 'front-matter/toml' }])
  })
})

describe('a file of more than 8 MiB', () => {
  it('is told, and not read', () => {
    const bytes = Buffer.alloc(8 * 2 ** 20 + 1, 'a ')

    expect(read(bytes)).toMatchObject({ entry: null, problems: [{ rule: 'content/too-large', severity: 'error' }] })
    expect(read(bytes).problems[0]?.message).toBe('This text has 9 MiB; one page takes at most 8 MiB.')
  })
})

describe('a body', () => {
  it('is put into the cache by the entry’s hash', () => {
    const bodies = memoryBodies()
    const file = { path: 'content/posts/a.md', bytes: bytesOf(postWith()) }
    const { entry } = readEntry(file, POST, { parser: satteriParser, highlight: false, math: false, search: false, bodies })

    expect([...bodies.bodies]).toEqual([
      [
        entry?.bodyHash,
        { html: '<p>Text.</p>', slots: [], headings: [], ids: [], words: 1, excerpt: 'Text.', vocabulary: null, problems: [] },
      ],
    ])
  })

  it('is not rendered again while the cache has it', () => {
    const bodies = memoryBodies()
    const refusing = { name: satteriParser.name, parse: () => expect.fail('parsed again') }
    const file = { path: 'content/posts/a.md', bytes: bytesOf(postWith()) }
    const first = readEntry(file, POST, { parser: satteriParser, highlight: false, math: false, search: false, bodies })

    expect(readEntry(file, POST, { parser: refusing, highlight: false, math: false, search: false, bodies })).toEqual(first)
  })

  it('has a hash of the Markdown and the parser alone', () => {
    const one = read('---\ntitle: A\ndate: 2024-01-01\n---\nText.', 'content/posts/a.md')
    const other = read('---\ntitle: B\n---\nText.', 'content/about.md', PAGE)

    expect(one.entry?.bodyHash).toBe(other.entry?.bodyHash)
    expect(one.entry?.bodyHash).toBe(bodyHash('Text.', by(satteriParser)))
    expect(one.entry?.bodyHash).not.toBe(bodyHash('Text.', by(remarkParser)))
    expect(one.entry?.bodyHash).not.toBe(bodyHash('Text!', by(satteriParser)))
  })

  it.each(['>', '- ', '1. '])('that nests too deeply (%j) is a problem, not a crash', (marker) => {
    expect(read(`---\ntitle: A\ndate: 2024-01-01\n---\n${marker.repeat(20_000)}a\n`)).toSatisfy(
      ({ entry, problems }) => entry !== null || problems[0]?.rule === 'content/too-deep',
    )
  })
})

describe('reading', () => {
  const yamlish = fc.array(
    fc.oneof(
      fc.constantFrom(
        '---\n',
        'title: ',
        'date: ',
        'tags: ',
        'slug: ',
        'price: ',
        '- ',
        '\n',
        '  ',
        '[',
        ']',
        '{',
        '}',
        '&a ',
        '*a',
        '!!x ',
        '"',
        "'",
        '|\n',
        '>',
        '# ',
        '```',
        '<b>',
        '[^1]',
        '|-|',
        '\0',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
  )

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const type of [POST, PAGE, PRODUCT]) read(bytes, `${type.source}/a.md`, type)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws on anything like front matter and Markdown, and gives an entry or an error', () => {
    fc.assert(
      fc.property(yamlish, (parts) => {
        const { entry, problems } = read(`---\n${parts.join('')}`)
        return (entry === null) === problems.some((problem) => problem.severity === 'error')
      }),
      { numRuns: 1000 },
    )
  })

  it('gives JSON: an entry survives being written and read', () => {
    fc.assert(
      fc.property(yamlish, (parts) => {
        const { entry } = read(`---\ntitle: a\ndate: 2024-01-01\n${parts.join('')}\n---\n`)
        expect(JSON.parse(JSON.stringify(entry))).toEqual(entry)
      }),
      { numRuns: 500 },
    )
  })
})

describe('two entries at one path', () => {
  const entry = (source: string, path: string) => ({ id: `post${path}`, path, source })

  it('are a problem that names both files', () => {
    expect(
      findDuplicates([
        entry('content/posts/b.md', '/x/'),
        entry('content/posts/a.md', '/x/'),
        entry('content/posts/c.md', '/c/'),
      ]),
    ).toEqual([
      {
        where: 'content/posts/b.md',
        line: 1,
        column: 1,
        rule: 'content/duplicate-path',
        message: 'content/posts/b.md and content/posts/a.md would both be published at /x/.',
        hint: 'Rename one of the files, or give one of them another `slug`.',
        severity: 'error',
      },
    ])
  })

  it('are not there in a good site', () => {
    expect(findDuplicates([entry('a', '/a/'), entry('b', '/b/')])).toEqual([])
  })
})
