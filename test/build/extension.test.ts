import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newFolder } from '../guest/running-guest.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const CONFIG = 'title: A site\nurl: https://example.org\n'
const post = (title: string, text: string, more = '') => `---\ntitle: ${title}\ndate: 2024-01-01\n${more}---\n\n${text}\n`

const SITE = {
  'site.yaml': CONFIG,
  'content/posts/one.md': post(
    'One',
    'Up :rocket: and [away](https://elsewhere.example).\n\n> [!NOTE]\n> Mind the gap.',
    'mood: gay\n',
  ),
  'content/posts/two.md': post('The second', 'Press :kbd[Ctrl]{}.'),
}

/** The whole examples of the manual, in their order. */
const EXAMPLES = [...readFileSync(join(ROOT, 'content/manual/extending.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code = '']) => code,
)

/** A site whose packages are Drowse's own. */
function withPackages(files: Readonly<Record<string, string>>): string {
  const site = siteFolder(files)
  symlinkSync(join(ROOT, 'node_modules'), join(site, 'node_modules'))
  return site
}

async function built(site: string) {
  const out = newFolder('out')
  const { problems } = await buildSite(site, out)
  const found = filesIn(out)
  const read = (path: string) => Buffer.from(found[path] ?? '', 'latin1').toString()
  return { out, problems, one: read('posts/one/index.html'), two: read('posts/two/index.html'), read, paths: Object.keys(found) }
}

const withSite = (code: string, more: Readonly<Record<string, string>> = {}) =>
  withPackages({ ...SITE, ...more, 'site.ts': code })

describe('The manual’s examples', () => {
  test('are four', () => {
    expect(EXAMPLES).toHaveLength(4)
  })

  test('show three public plugins, which work as they are', async () => {
    const { one, problems } = await built(withSite(EXAMPLES[0] ?? ''))
    expect(one).toContain('<p>Up 🚀 and <a href="https://elsewhere.example" rel="nofollow noopener">away</a>.</p>')
    expect(one).toContain('class="markdown-alert markdown-alert-note"')
    expect(problems.map(({ rule }) => rule)).toEqual(['shortcodes/unknown'])
  })

  test('show a plugin that waits, reads the front matter, and warns with a line', async () => {
    const { one, two, problems } = await built(withSite(EXAMPLES[1] ?? ''))
    expect(one).toContain('<p data-mood="gay">')
    expect(two).toContain('<p data-mood="calm">')
    expect(problems).toContainEqual(
      expect.objectContaining({ where: 'content/posts/two.md', line: 5, message: 'This text has no mood.', severity: 'warning' }),
    )
  })

  test('show a shortcode', async () => {
    const { two, problems } = await built(withSite(EXAMPLES[2] ?? ''))
    expect(two).toContain('<p>Press <kbd>Ctrl</kbd>.</p>')
    expect(problems).toEqual([])
  })

  test('show routes and a query', async () => {
    const { read } = await built(withSite(EXAMPLES[3] ?? ''))
    expect(read('longest/index.html')).toContain(
      '<ol><li><a href="/posts/two/">The second</a></li><li><a href="/posts/one/">One</a></li></ol>',
    )
    expect(read('posts/two/index.txt')).toBe('The second\n\nPress Ctrl .\n')
  })
})

describe('JSX', () => {
  test('makes shortcodes and pages, and mixes with hono’s html', async () => {
    const own = `import { html, raw } from 'hono/html'
      export const Kbd = ({ labelHtml }) => <kbd title={'"'}>{raw(labelHtml)}</kbd>
      export const Own = ({ title }) => <>{html\`<h1>\${<i>{title}</i>}</h1>\`}<hr /></>`
    const code = `import { Kbd, Own } from './own.tsx'
      const page = { name: 'own', pages: () => [{ path: '/own/' }], render: () => ({ content: Own({ title: 'a < b' }), contentType: 'text/html' }) }
      export default { shortcodes: { kbd: Kbd }, routes: [page] }`
    const { two, read, problems } = await built(withSite(code, { 'own.tsx': own }))

    expect(problems).toEqual([])
    expect(two).toContain('<kbd title="&quot;">Ctrl</kbd>')
    expect(read('own/index.html')).toBe('<h1><i>a &lt; b</i></h1><hr>')
  })
})

describe('A plugin', () => {
  test('that adds to the syntax works with the default parser’s site', async () => {
    const syntax = `import remarkDirective from 'remark-directive'
      export default { remarkPlugins: [remarkDirective, () => (tree) => { for (const each of tree.children) if (each.type === 'leafDirective') each.data = { hName: 'hr', hProperties: { id: each.name } } }] }`
    const site = withSite(syntax, { 'content/posts/one.md': post('One', 'a\n\n::line\n\nb') })
    expect((await built(site)).one).toContain('<hr id="line">')
  })

  test('gives the same page with both parsers', async () => {
    const code = EXAMPLES[0] ?? ''
    const [satteri, remark] = await Promise.all([
      built(withSite(code)),
      built(withSite(code, { 'site.yaml': `${CONFIG}parser: remark\n` })),
    ])
    expect(satteri.one).toBe(remark.one)
  })

  test('finds the headings’ ids, and one that takes a callback works as well', async () => {
    const code = `import rehypeAutolinkHeadings from 'rehype-autolink-headings'
      const late = () => (tree, file, next) => setTimeout(() => next(null, tree), 1)
      export default { rehypePlugins: [{ plugins: [rehypeAutolinkHeadings] }, late] }`
    const { one } = await built(withSite(code, { 'content/posts/one.md': post('One', '## So it is') }))
    expect(one).toMatch(/<h2 id="so-it-is"><a [^>]*href="#so-it-is">/)
  })

  test('that throws on one text, at once or later, leaves out that one and is named', async () => {
    const code = `function remarkPicky() {
        return (tree, file) => { if (file.path.endsWith('one.md')) throw new Error('I will not') }
      }
      const lateOne = () => async (tree, file) => { await null; if (file.path.endsWith('two.md')) file.fail('Nor I', { line: 1, column: 1 }) }
      export default { remarkPlugins: [remarkPicky], rehypePlugins: [lateOne] }`
    const { problems, paths } = await built(withSite(code, { 'content/posts/three.md': post('Three', 'Text.') }))
    expect(problems).toMatchObject([
      {
        where: 'content/posts/one.md',
        message: 'The plugin remarkPicky (remarkPlugins[0]) failed: I will not.',
        severity: 'error',
      },
      {
        where: 'content/posts/two.md',
        line: 5,
        message: 'The plugin lateOne (rehypePlugins[0]) failed: Nor I.',
        severity: 'error',
      },
    ])
    expect(paths.filter((path) => /^posts\/\w+\/index.html/.test(path))).toEqual(['posts/three/index.html'])
  })

  test('that never ends is given up, whether it waits or turns in a circle', { timeout: 60_000 }, async () => {
    const code = `const stuck = () => (tree, file) => {
        if (file.path.endsWith('one.md')) for (;;);
        if (file.path.endsWith('two.md')) return new Promise(() => {})
      }
      export default { remarkPlugins: [stuck] }`
    const { problems, paths } = await built(withSite(code, { 'content/posts/three.md': post('Three', 'Text.') }))
    expect(problems).toMatchObject(
      ['one', 'two'].map((name) => ({ where: `content/posts/${name}.md`, rule: 'site-ts/plugin-too-slow' })),
    )
    expect(paths).toContain('posts/three/index.html')
  })
})

const route = (body: string) => `export default { routes: [{ name: 'own', ${body} }] }`

describe('A site.ts that is wrong is told, and the rest of the site is built:', () => {
  test.each([
    ['one that does not compile', 'export default {', { where: 'site.ts', line: 1, rule: 'site-ts/compile' }],
    [
      'one that throws',
      'const a = 1\n\nif (a) throw new Error("No luck")\nexport default {}',
      { where: 'site.ts', line: 3, message: 'site.ts can’t be loaded: No luck.' },
    ],
    [
      'one that waits for ever',
      'await new Promise(() => {})\nexport default {}',
      { where: 'site.ts', message: 'site.ts can’t be loaded: It was not done after 10 seconds.' },
    ],
    [
      'one whose export throws when it is looked at',
      'export default {\n  get routes() { throw new Error("No luck") },\n}',
      { where: 'site.ts', line: 2, message: 'site.ts can’t be loaded: No luck.' },
    ],
    ['one without a default export', 'export const a = 1', { where: 'site.ts', message: 'site.ts has no default export.' }],
    [
      'an unknown key',
      'export default { remarkPlugin: [] }',
      { message: '`remarkPlugin` is nothing that a site.ts may have.', hint: 'Did you mean `remarkPlugins`?' },
    ],
    ['a key of the wrong shape', 'export default { routes: {} }', { message: '`routes` of site.ts is no list.' }],
    [
      'a shortcode that is none',
      'export default { shortcodes: { kbd: 1 } }',
      { message: '`shortcodes.kbd` of site.ts is no function.' },
    ],
    [
      'a plugin that is none',
      'export default { remarkPlugins: [undefined] }',
      { message: '`remarkPlugins[0]` of site.ts is no plugin: undefined.' },
    ],
    [
      'a plugin that refuses its options',
      'export default { remarkPlugins: [function picky() { throw new Error("No such option") }] }',
      { message: 'The plugin picky (remarkPlugins[0]) failed: No such option.' },
    ],
    [
      'a query’s name that is taken',
      'export default { queries: [{ name: "page-frame", run: () => 1 }] }',
      { message: 'The query name “page-frame” in site.ts is taken.' },
    ],
    [
      'a route’s name that is taken',
      'export default { routes: [{ name: "post-list", pages: () => [], render() {} }] }',
      { message: 'The route name “post-list” in site.ts is taken.' },
    ],
    [
      'a package that is not installed',
      'import a from "remark-no-such-thing/part"\nexport default { remarkPlugins: [a] }',
      { where: 'site.ts', line: 1, message: 'The package "remark-no-such-thing" is not installed.' },
    ],
    [
      'a page where another is',
      route(`pages: () => [{ path: '/posts/one/' }], render() {}`),
      { where: 'site.ts', rule: 'site-ts/page-conflict' },
    ],
    [
      'a path that leads out',
      route(`pages: () => [{ path: '/../out.txt' }], render() {}`),
      { where: 'site.ts', rule: 'site-ts/key-invalid' },
    ],
    [
      'a path without a slash',
      route(`pages: () => [{ path: 'out.txt' }], render() {}`),
      { where: 'site.ts', rule: 'site-ts/route-failed' },
    ],
    [
      'pages that throw',
      route(`pages() {\nthrow new Error('Not today')\n}, render() {}`),
      { where: 'site.ts', line: 2, rule: 'site-ts/route-failed' },
    ],
    [
      'a page that throws',
      route(`pages: () => [{ path: '/own/' }], render() { throw new Error('Not today') }`),
      { where: '/own/', message: 'The page /own/ could not be rendered: The route “own” failed: Not today. (site.ts:1)' },
    ],
    ['a page without a type', route(`pages: () => [{ path: '/own/' }], render: () => ({ content: '' })`), { where: '/own/' }],
    [
      'a query that is not registered',
      `import { defineQuery } from 'drowse/site'\nconst q = defineQuery('q', () => 1)\n${route(`pages: () => [{ path: '/own/' }], render: (context) => context.query(q, null)`)}`,
      { where: '/own/', message: expect.stringContaining('The query “q” is not among the `queries` of site.ts.') },
    ],
  ])('%s', async (_what, code, problem) => {
    const { problems, one } = await built(withSite(code))
    expect(problems.filter(({ rule }) => rule !== 'shortcodes/unknown')).toEqual([
      expect.objectContaining({ ...problem, severity: 'error' }),
    ])
    expect(one).toContain('Up :rocket: and')
  })
})

describe('After a change of site.ts', () => {
  const files = { ...SITE, 'content/posts/three.md': post('Three', 'Plain.') }
  const emoji = (more: string) =>
    `import remarkEmoji from 'remark-emoji'\nexport default { remarkPlugins: [remarkEmoji], ${more} }`
  const own = (text: string) =>
    `routes: [{ name: 'own', pages: () => [{ path: '/own.txt' }], render: () => ({ content: '${text}', contentType: 'text/plain' }) }]`
  const clash = (name: string, path: string) =>
    `{ name: '${name}', pages: () => [{ path: '${path}' }], render: () => ({ content: '${name}', contentType: 'text/plain' }) }`
  const counted = (code: string) => `import { defineQuery, entries } from 'drowse/site'
    const q = defineQuery('q', (read) => ${code})
    export default { queries: [q], routes: [{ name: 'own', over: { table: 'entries', keyPrefix: 'post/' }, pages: (read, id) => read.row(entries, id) ? [{ path: '/own/' + id + '.txt', argument: id }] : [], render: (context, id) => ({ content: context.query(q, null) + String(id), contentType: 'text/plain' }) }] }`
  const steps: readonly (readonly [
    what: string,
    change: Readonly<Record<string, string | null>>,
    written: readonly string[] | null,
  ])[] = [
    ['a site without', {}, null],
    [
      'plugins',
      { 'site.ts': emoji('') },
      ['feed.json', 'feed.xml', 'index.html', 'posts/index.html', 'posts/one/index.html', 'rss.xml', 'search/words-0-7.txt'],
    ],
    ['a route beside', { 'site.ts': emoji(own('a')) }, ['own.txt']],
    ['another text of it', { 'site.ts': emoji(own('b')) }, ['own.txt']],
    ['a post that goes through plugins', { 'content/posts/three.md': post('Three', ':tada:', 'description: D\n') }, null],
    ['a shortcode', { 'site.ts': emoji(`shortcodes: { kbd: () => '<kbd>k</kbd>' }, ${own('b')}`) }, null],
    ['a rival of the route', { 'content/own.txt': 'mine' }, null],
    [
      'a third rival',
      {
        'site.ts': `export default { routes: [${clash('a', '/x.txt')}, ${clash('b', '/x.txt')}, ${clash('c', '/own.txt')}, ${clash('d', '/d.txt')}] }`,
      },
      null,
    ],
    ['the first rival gone', { 'content/own.txt': null }, ['own.txt']],
    ['a new page at one of theirs', { 'content/x.txt': 'x' }, ['x.txt']],
    ['a query', { 'site.ts': counted("read.count(entries.indexes.byKind, 'post')") }, null],
    [
      'a query that throws',
      { 'site.ts': counted("{ if (read.count(entries.indexes.byKind, 'post') > 2) throw new Error('Too many'); return 0 }") },
      null,
    ],
    ['a query that does so no more', { 'content/posts/three.md': null }, null],
    ['one that is broken', { 'site.ts': 'export default {' }, null],
    ['one that is mended', { 'site.ts': emoji(own('b')) }, null],
    ['none', { 'site.ts': null }, null],
  ]

  test('pages are what a build from nothing makes of them, and no others are written', { timeout: 120_000 }, async () => {
    const site = withPackages(files)
    const [out, cache] = [newFolder('out'), join(newFolder('cache'), 'build.db')]
    for (const [what, change, expected] of steps) {
      writeFiles(site, change)
      const { written, problems } = await buildSite(site, out, { cacheFile: cache })
      if (expected !== null) expect(written, what).toEqual(expected)
      const fresh = await built(site)
      // A page that can't be rendered any more stays as it was.
      if (what !== 'a query that throws') expect(filesIn(out), what).toEqual(filesIn(fresh.out))
      expect(problems, what).toEqual(fresh.problems)
      rmSync(fresh.out, { recursive: true })
    }
  })

  test('pages are the same if threads render them', async () => {
    const code = EXAMPLES[3]?.replace('defineSite({', "defineSite({\n  shortcodes: { kbd: () => '<kbd>k</kbd>' },") ?? ''
    const site = withSite(code)
    const out = newFolder('out')
    const { problems } = await buildSite(site, out, { many: 1 })
    expect(problems).toEqual([])
    expect(filesIn(out)).toEqual(filesIn((await built(site)).out))
  })

  test('nothing is rendered if nothing changed', async () => {
    const site = withSite(EXAMPLES[3] ?? '')
    const [out, cache] = [newFolder('out'), join(newFolder('cache'), 'build.db')]
    await buildSite(site, out, { cacheFile: cache })
    expect(await buildSite(site, out, { cacheFile: cache })).toMatchObject({ rendered: 0, written: [] })
  })

  test('a package of it that changed counts as well', async () => {
    const site = siteFolder({
      ...SITE,
      'site.ts': `import loud from 'remark-loud'\nexport default { remarkPlugins: [loud] }`,
      'node_modules/remark-loud/package.json': '{ "name": "remark-loud", "version": "1.0.0", "main": "index.js" }',
      'node_modules/remark-loud/index.js': `module.exports = () => (tree) => { tree.children.push({ type: 'text', value: require('node:path').basename('a/LOUD') }) }`,
    })
    const [out, cache] = [newFolder('out'), join(newFolder('cache'), 'build.db')]
    await buildSite(site, out, { cacheFile: cache })
    expect(filesIn(out)['posts/one/index.html']).toContain('LOUD')
    const file = join(site, 'node_modules/remark-loud/index.js')
    writeFiles(site, { 'node_modules/remark-loud/index.js': readFileSync(file, 'utf8').replace('LOUD', 'LOUDER') })
    await buildSite(site, out, { cacheFile: cache })
    expect(filesIn(out)['posts/one/index.html']).toContain('LOUDER')
  })
})
