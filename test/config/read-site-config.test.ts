import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSiteConfig } from '../../src/config/read-site-config.ts'

const read = (...lines: readonly string[]) => readSiteConfig('site.yaml', `${lines.join('\n')}\n`)
const GOOD = ['title: My site', 'url: https://example.org']

describe('a good site.yaml', () => {
  it('needs only a title and a url', () => {
    expect(read(...GOOD)).toEqual({
      config: {
        title: 'My site',
        url: 'https://example.org',
        language: 'en',
        description: '',
        author: '',
        menu: null,
        theme: 'default',
        content: {},
        comments: {
          open: true,
          moderation: 'first',
          holdLinks: 2,
          holdWords: [],
          perPage: 20,
          feeds: false,
          editFor: 900_000,
          closeAfter: null,
        },
        mail: null,
        shop: {
          currency: 'EUR',
          open: false,
          countries: [],
          shipping: [],
          tax: null,
          payment: ['invoice'],
          holdDays: 14,
          forgetDays: null,
          instructions: '',
        },
        postsPerPage: 10,
        postsPerTermPage: null,
        termFeeds: true,
        taxonomies: ['tags'],
        permalinks: {},
        redirects: {},
        languages: {},
        words: {},
        parser: 'satteri',
        highlight: true,
        math: false,
        toc: false,
        pictures: true,
        search: true,
        gateway: {
          writesPerHour: 2000,
          writesPerNetwork: 60,
          wakesPerHour: 240,
          wakesPerDay: 2000,
          trustedProxies: [],
        },
        publish: { store: null, purge: { type: 'none' }, precompress: [], keepDays: 30, graceHours: 24 },
        machine: {
          driver: 'process',
          memoryMb: 512,
          host: null,
          keepPausedFor: 3_600_000,
          keepSavedFor: 2_592_000_000,
          prices: null,
        },
        data: {},
      },
      problems: [],
    })
  })

  it('may say everything', () => {
    const { config, problems } = read(
      'title: 2024',
      'url: http://localhost:8080/blog/',
      'language: PT-br',
      'description: A site',
      'author: Ann',
      'menu:',
      '  - {title: About, path: /about/}',
      '  - {title: Elsewhere, path: "https://example.com/"}',
      'theme: plain',
      'content: {post: ../blog, profile: me.md}',
      'comments: {moderation: hold}',
      'mail: {from: shop@example.org}',
      'shop: {currency: JPY, countries: [DE], tax: {rate: 19}, shipping: [{name: Post, price: 4.9}]}',
      'postsPerPage: 5',
      'taxonomies: [tags, series]',
      'permalinks: { post: "/:year/:month/:slug/" }',
      'redirects: { /old/: /new/, /away.html: "https://example.com/" }',
      'languages: { ru: { title: Сайт } }',
      'words: { en: { posts: Writings, minutes: { one: min, other: mins } } }',
      'parser: remark',
      'highlight: false',
      'math: true',
      'toc: true',
      'pictures: false',
      'search: false',
      'gateway: {writesPerHour: 100, writesPerNetwork: unlimited, wakesPerDay: 50, trustedProxies: [192.0.2.7, "2001:db8::/32"]}',
      'publish:',
      '  store: {type: s3, bucket: blog, endpoint: "https://s3.example.org", prefix: blog/}',
      '  purge: {type: http, url: "http://cache.example.org"}',
      '  precompress: [br, gzip]',
      '  keepDays: 7',
      'machine:',
      '  {driver: xen, memoryMb: 256, host: root@xen.example.org, keepPausedFor: 15m, keepSavedFor: forever,',
      '  prices: {version: 2026-11, currency: EUR, awakeHour: 0.02, memoryGbHour: 0.005}}',
      'data: {colour: red, nested: {list: [1, 2.5, true, null]}}',
    )

    expect(problems).toEqual([])
    expect(config).toEqual({
      title: '2024',
      url: 'http://localhost:8080/blog',
      language: 'pt-BR',
      description: 'A site',
      author: 'Ann',
      menu: [
        { title: 'About', path: '/about/' },
        { title: 'Elsewhere', path: 'https://example.com/' },
      ],
      theme: 'plain',
      content: { post: '../blog', profile: 'me.md' },
      comments: {
        open: true,
        moderation: 'hold',
        holdLinks: 2,
        holdWords: [],
        perPage: 20,
        feeds: false,
        editFor: 900_000,
        closeAfter: null,
      },
      mail: { from: 'shop@example.org', owner: null },
      shop: {
        currency: 'JPY',
        open: false,
        countries: ['DE'],
        shipping: [{ name: 'Post', price: '4.9', freeOver: null, countries: [], weights: [] }],
        tax: { name: 'VAT', rate: 19, included: true },
        payment: ['invoice'],
        holdDays: 14,
        forgetDays: null,
        instructions: '',
      },
      postsPerPage: 5,
      postsPerTermPage: null,
      termFeeds: true,
      taxonomies: ['tags', 'series'],
      permalinks: { post: '/:year/:month/:slug/' },
      redirects: { '/old/': '/new/', '/away.html': 'https://example.com/' },
      languages: { ru: { title: 'Сайт', description: null, author: null, menu: null } },
      words: { en: { posts: 'Writings', minutes: { one: 'min', other: 'mins' } } },
      parser: 'remark',
      highlight: false,
      math: true,
      toc: true,
      pictures: false,
      search: false,
      gateway: {
        writesPerHour: 100,
        writesPerNetwork: null,
        wakesPerHour: 240,
        wakesPerDay: 50,
        trustedProxies: ['192.0.2.7', '2001:db8::/32'],
      },
      publish: {
        store: { type: 's3', bucket: 'blog', endpoint: 'https://s3.example.org', prefix: 'blog/' },
        purge: { type: 'http', url: 'http://cache.example.org', mode: 'each' },
        precompress: ['br', 'gzip'],
        keepDays: 7,
        graceHours: 24,
      },
      machine: {
        driver: 'xen',
        memoryMb: 256,
        host: 'root@xen.example.org',
        keepPausedFor: 900_000,
        keepSavedFor: null,
        prices: { version: '2026-11', currency: 'EUR', awakeHour: 0.02, memoryGbHour: 0.005 },
      },
      data: { colour: 'red', nested: { list: [1, 2.5, true, null] } },
    })
  })

  it('may have keys of any name under data', () => {
    expect(read(...GOOD, 'data: {titel: x, tag: y}').problems).toEqual([])
  })

  it('may begin with a byte order mark, end its lines with CRLF and leave keys empty', () => {
    expect(readSiteConfig('site.yaml', '\uFEFFtitle: A\r\nurl: https://a.example\r\nauthor:\r\nmenu:\r\n')).toMatchObject({
      config: { title: 'A', url: 'https://a.example', author: '', menu: null },
      problems: [],
    })
  })
})

describe('a fault', () => {
  it('in the YAML is told with its line', () => {
    expect(read('title: A', 'url: "https://a.example')).toMatchObject({
      config: null,
      problems: [{ where: 'site.yaml', rule: 'config/invalid-yaml', line: 3 }],
    })
    expect(read('title: A: B')).toMatchObject({
      config: null,
      problems: [{ line: 1, column: 8, hint: 'Put quotes around a value that holds a colon: `title: "One: two"`.' }],
    })
  })

  it('is that there is nothing', () => {
    expect(read().problems).toMatchObject([
      { rule: 'config/missing-key', message: '`title` is missing.', hint: 'Add a line such as `title: My site`.' },
      { rule: 'config/missing-key', message: '`url` is missing.' },
    ])
  })

  it('is that the file is no mapping', () => {
    expect(read('- a')).toMatchObject({ config: null, problems: [{ rule: 'config/not-a-mapping', line: 1 }] })
  })

  it('is an unknown key, with a hint where one is near', () => {
    expect(read(...GOOD, 'menus: []')).toMatchObject({
      config: null,
      problems: [
        {
          line: 3,
          column: 1,
          rule: 'config/unknown-key',
          message: '`menus` is not a key of site.yaml.',
          hint: 'Did you mean `menu`?',
          severity: 'error',
        },
      ],
    })
  })

  it('is an unknown key inside a group', () => {
    expect(read(...GOOD, 'comments:', '  opn: false', 'menu:', '  - {titel: A, title: A, path: /a/}').problems).toMatchObject([
      { line: 4, column: 3, message: '`comments.opn` is not a key of site.yaml.', hint: 'Did you mean `open`?' },
      { line: 6, column: 6, message: '`menu.0.titel` is not a key of site.yaml.' },
    ])
  })

  it.each([
    ['url: example.org'],
    ['url: ftp://example.org'],
    ['url: https://example.org?a=b'],
    ['url: https://me:pw@example.org'],
    ['url: "https:example.org"'],
    ['url: [a]'],
  ])('is an address that is not absolute: %s', (line) => {
    expect(read('title: A', line)).toMatchObject({
      config: null,
      problems: [{ line: 2, column: 6, rule: 'config/invalid-value' }],
    })
  })

  it.each([
    ['language: english please'],
    ['postsPerPage: 0'],
    ['postsPerPage: 2.5'],
    ['postsPerPage: many'],
    ['parser: markdown-it'],
    ['comments: {moderation: maybe}'],
    ['comments: {open: 3}'],
    ['comments: closed'],
    ['comments: {closeAfter: 90}'],
    ['comments: {editFor: forever}'],
    ['comments: {editFor: 8d}'],
    ['comments: {holdLinks: 0}'],
    ['comments: {holdLinks: many}'],
    ['shop: {currency: euro}'],
    ['shop: {open: maybe}'],
    ['mail: {from: nobody}'],
    ['shop: {countries: [Germany]}'],
    ['shop: {shipping: [{name: Post, price: cheap}]}'],
    ['shop: {tax: {rate: 190}}'],
    ['menu: {a: /a/}'],
    ['menu: [{title: A, path: about}]'],
    ['menu: [{title: A, path: "javascript:alert(1)"}]'],
    ['menu: [{title: A, path: //evil.example}]'],
    ['theme: ../elsewhere'],
    ['content: {post: 3}'],
    ['title: ""'],
  ])('is a value that can’t be: %s', (line) => {
    const lines = [...GOOD.filter((good) => !line.startsWith('title') || !good.startsWith('title')), line]
    const { config, problems } = read(...lines)

    expect(config).toBeNull()
    expect(problems).toMatchObject([{ line: lines.length, rule: 'config/invalid-value', severity: 'error' }])
  })

  it('never comes alone: all are told at once, in the order of the lines', () => {
    const { problems } = read('titel: A', 'url: x', 'postsPerPage: many', 'banana: 1')

    expect(problems.map(({ line, rule }) => [line, rule])).toEqual([
      [1, 'config/unknown-key'],
      [1, 'config/missing-key'],
      [2, 'config/invalid-value'],
      [3, 'config/invalid-value'],
      [4, 'config/unknown-key'],
    ])
  })
})

describe('reading', () => {
  it('never throws, and gives a config or an error', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'title: ',
        'url: ',
        'menu: ',
        'comments: ',
        'https://a.example',
        '\n',
        '- ',
        '{',
        '}',
        '[',
        ']',
        ': ',
        '"',
        '&a ',
        '*a',
        '  ',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    )

    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { config, problems } = readSiteConfig('site.yaml', pieces.join(''))
        return (config === null) === problems.some((problem) => problem.severity === 'error')
      }),
      { numRuns: 1000 },
    )
  })
})
