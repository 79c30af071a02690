import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { newFolder } from '../guest/running-guest.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
const POST = '---\ntitle: Hello\ndate: 2024-01-01\ntags: [red]\n---\nWords.\n'
const SITE = { 'site.yaml': CONFIG, 'content/posts/hello.md': POST, 'media/hill.txt': 'A hill' }
const REAL_WORLD = join(import.meta.dirname, '../fixtures/sites/real-world')

/** `drowse build` as a process of its own. */
function drowse(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const main = join(import.meta.dirname, '../../src/cli/drowse.js')
  return spawnSync(process.execPath, [main, 'build', ...args], { encoding: 'utf8', env: { ...process.env, ...env } })
}

describe('A build', () => {
  test('of two lines of settings and a post is a whole site', async () => {
    const out = newFolder('out')

    const result = await buildSite(siteFolder(SITE), out)

    expect(result.problems).toEqual([])
    expect(Object.keys(filesIn(out))).toEqual(
      expect.arrayContaining([
        '404.html',
        'feed.xml',
        'index.html',
        'media/hill.txt',
        'posts/hello/index.html',
        'tags/red/index.html',
      ]),
    )
    expect(result.written).toEqual(Object.keys(filesIn(out)).toSorted())
  })

  test('gives the same bytes again, in another folder too, and from another copy of the site', async () => {
    const copy = newFolder('copy')
    cpSync(REAL_WORLD, copy, { recursive: true })
    const [first, second] = [newFolder('out'), newFolder('out')]

    await buildSite(REAL_WORLD, first)
    await buildSite(copy, second)

    expect(filesIn(second)).toEqual(filesIn(first))
  })

  test('gives the same bytes in another time zone and another language', () => {
    const [here, there] = [newFolder('out'), newFolder('out')]

    const first = drowse([REAL_WORLD, '--no-cache', '--out', here], { TZ: 'UTC', LANG: 'C' })
    const second = drowse([REAL_WORLD, '--no-cache', '--out', there], {
      TZ: 'Pacific/Kiritimati',
      LANG: 'ru_RU.UTF-8',
      LC_ALL: 'ru_RU.UTF-8',
    })

    expect([first.status, second.status]).toEqual([0, 0])
    expect(filesIn(there)).toEqual(filesIn(here))
  })

  test('that finds nothing changed renders and writes nothing', async () => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })

    const again = await buildSite(site, out, { cacheFile })

    expect(again).toMatchObject({ rendered: 0, written: [], removed: 0 })
  })

  test('with a cache fills another folder as it filled the first', async () => {
    const [site, first, second] = [siteFolder(SITE), newFolder('out'), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, first, { cacheFile })

    await buildSite(site, second, { cacheFile })

    expect(filesIn(second)).toEqual(filesIn(first))
  })

  test('mends a file of its output that was damaged or removed', async () => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    const whole = filesIn(out)
    writeFileSync(join(out, 'posts/hello/index.html'), 'Half a fi')
    rmSync(join(out, 'feed.xml'))

    const again = await buildSite(site, out, { cacheFile })

    expect(again.written).toEqual(['feed.xml', 'posts/hello/index.html'])
    expect(filesIn(out)).toEqual(whole)
  })

  test.each([
    ['by one thread', {}],
    ['by several', { many: 1 }],
  ])('leaves nothing of one that was broken off, %s, though what that wrote of is as it was before', async (_, threads) => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    const options = { cacheFile: join(site, '.drowse/build.db'), ...threads }
    await buildSite(site, out, options)
    const whole = filesIn(out)
    const inTheWay = join(out, 'sitemap.xml')
    rmSync(inTheWay)
    mkdirSync(inTheWay)
    writeFiles(site, { 'site.yaml': CONFIG.replace('A site', 'B site'), 'content/posts/new.md': POST })
    await expect(buildSite(site, out, options)).rejects.toMatchObject({ code: 'folder-unwritable' })
    const broken = readFileSync(join(out, 'index.html'), 'utf8')
    const isNewThere = existsSync(join(out, 'posts/new/index.html'))
    rmSync(inTheWay, { recursive: true })
    writeFiles(site, { 'site.yaml': CONFIG, 'content/posts/new.md': null })

    await buildSite(site, out, options)

    expect(broken).toContain('B site')
    expect(isNewThere).toBe(true)
    expect(filesIn(out)).toEqual(whole)
  })

  test('removes what it wrote once and writes no more, with the folders that leaves empty, and nobody else’s files', async () => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    writeFiles(out, { CNAME: 'example.org', 'tags/mine.txt': 'Mine' })
    writeFiles(site, { 'content/posts/hello.md': null, 'content/about.md': '# About' })

    const again = await buildSite(site, out, { cacheFile })

    expect(again.removed).toBeGreaterThan(5)
    expect(existsSync(join(out, 'posts'))).toBe(false)
    expect(filesIn(out)).toMatchObject({ CNAME: 'example.org', 'tags/mine.txt': 'Mine' })
    expect(existsSync(join(out, 'tags/red'))).toBe(false)
  })

  test('refuses to take most of a site down because its folder is missing, unless it is forced', async () => {
    const posts = Array.from({ length: 20 }, (_, index) => [`content/posts/${index}.md`, POST.replace('Hello', `Post ${index}`)])
    const [site, out] = [siteFolder({ ...SITE, ...Object.fromEntries(posts) }), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    const whole = filesIn(out)
    rmSync(join(site, 'content'), { recursive: true })

    await expect(buildSite(site, out, { cacheFile })).rejects.toMatchObject({ code: 'release-refused' })
    expect(filesIn(out)).toEqual(whole)
    await buildSite(site, out, { cacheFile, force: true })
    expect(existsSync(join(out, 'posts/3/index.html'))).toBe(false)
  })

  test('without a cache removes what an earlier one left, too', async () => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    await buildSite(site, out)
    writeFiles(site, { 'content/posts/hello.md': null })

    await buildSite(site, out)

    expect(existsSync(join(out, 'posts/hello/index.html'))).toBe(false)
  })

  test('with another engine reads the files again', async () => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })

    const again = await buildSite(site, out, { cacheFile, engine: 'engine-2' })

    expect(again.rendered).toBe(again.pages)
    expect(again.written).toEqual([])
  })

  test('with another engine renders every body anew, as a build from nothing does', async () => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    const whole = filesIn(out)
    const cache = new DatabaseSync(cacheFile)
    cache.exec(`UPDATE kept_bodies SET html = '<p>As of old.</p>', rest = json_set(rest, '$.slots', json('[]'))`)
    cache.close()

    await buildSite(site, out, { cacheFile, engine: 'engine-2' })

    expect(filesIn(out)).toEqual(whole)
  })
})

describe('Real posts', () => {
  test('with other tools’ front matter, raw HTML and old habits build without an error', async () => {
    const out = newFolder('out')

    const { problems } = await buildSite(REAL_WORLD, out)

    // Two links of the author's that lead nowhere indeed.
    expect(problems.map(({ where, line, rule, severity }) => [where, line, rule, severity])).toEqual([
      ['content/posts/raw-html.md', 25, 'links/missing-anchor', 'warning'],
      ['content/posts/raw-html.md', 23, 'links/missing-page', 'warning'],
    ])
    const files = filesIn(out)
    expect(Object.keys(files).filter((path) => /^posts\/.*index\.html$/.test(path))).toEqual([
      'posts/2011-05-01-first/index.html',
      'posts/harbour-v1-2-3/index.html',
      'posts/index.html',
      'posts/page/1/index.html',
      'posts/page/2/index.html',
      'posts/raw-html/index.html',
      'posts/ribenyu/index.html',
      'posts/windows/index.html',
    ])
    expect(files['posts/raw-html/index.html']).toContain('Ines Marsh, Tom')
    expect(files['feed.xml']).toContain('<published>2020-02-29T09:59:59.123Z</published>')
  })
})

describe('Faults in a site', () => {
  const FAULTS = {
    'content/posts/misspelled.md': '---\ntitle: Slip\ndate: 2024-01-02\ntag: red\n---\n',
    'content/posts/no-such-day.md': '---\ntitle: Day\n\ndate: 2024-02-30\n---\n',
    'content/posts/latin-1.md': new Uint8Array([...Buffer.from('---\ntitle: Caf\ndate: 2024-01-01\n---\nfine\ncaf'), 0xe9]),
    'content/posts/twin-a.md': '---\ntitle: One\ndate: 2024-01-01\nslug: twin\n---\n',
    'content/posts/twin-b.md': '---\ntitle: Two\ndate: 2024-01-01\nslug: twin\n---\n',
    'content/posts/unclosed.md': '---\ntitle: Open',
    'content/posts/yaml.md': '---\ntitle: [\n---\n',
  }

  test('are all told at once, each with its line, rule and hint, and everything else is built', async () => {
    const out = newFolder('out')

    const { problems } = await buildSite(siteFolder({ ...SITE, ...FAULTS }), out)

    const told = problems.map(({ where, line, rule, severity }) => `${where}:${line} ${severity} ${rule}`)
    expect(told.toSorted()).toEqual([
      'content/posts/latin-1.md:6 error content/not-utf-8',
      'content/posts/misspelled.md:4 warning front-matter/unknown-key',
      'content/posts/no-such-day.md:4 error front-matter/invalid-date',
      'content/posts/twin-b.md:1 error content/duplicate-path',
      'content/posts/unclosed.md:1 error front-matter/unclosed',
      expect.stringMatching(/^content\/posts\/yaml\.md:\d error front-matter\//),
    ])
    // What is wrong with YAML itself its parser says, and that is all.
    expect(problems.filter(({ hint, where }) => hint === undefined && !where.endsWith('/yaml.md'))).toEqual([])
    expect(problems.find(({ where }) => where.endsWith('misspelled.md'))?.hint).toBe('Did you mean `tags`?')
    expect(existsSync(join(out, 'posts/hello/index.html'))).toBe(true)
    expect(readFileSync(join(out, 'posts/twin/index.html'), 'utf8')).toContain('<title>One')
  })

  test('are told by every build until they are mended', async () => {
    const [site, out] = [siteFolder({ ...SITE, ...FAULTS }), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    const first = await buildSite(site, out, { cacheFile })

    const second = await buildSite(site, out, { cacheFile })
    writeFiles(site, {
      ...Object.fromEntries(Object.keys(FAULTS).map((path) => [path, null])),
      'content/posts/twin-b.md': FAULTS['content/posts/twin-b.md'],
    })
    const mended = await buildSite(site, out, { cacheFile })

    expect(second.problems).toEqual(first.problems)
    expect(mended.problems).toEqual([])
    expect(readFileSync(join(out, 'posts/twin/index.html'), 'utf8')).toContain('<title>Two')
  })

  test('make the command end with 1, after it has named file and line', () => {
    const site = siteFolder({ ...SITE, ...FAULTS })

    const { status, stderr } = drowse([site])

    expect(status).toBe(1)
    expect(stderr).toContain('content/posts/no-such-day.md:4')
    expect(stderr).toContain('Did you mean `tags`?')
    expect(existsSync(join(site, 'dist/posts/hello/index.html'))).toBe(true)
  })

  test('are printed as the manual shows it', () => {
    const manual = readFileSync(join(import.meta.dirname, '../../content/manual/writing.md'), 'utf8')
    const shown = /## Problems[\s\S]*?```\n([\s\S]*?)```/.exec(manual)?.[1]
    const site = siteFolder({ ...SITE, 'content/posts/hello.md': '---\ntitle: Hello\ndate: 2026-02-30\n---\n' })

    expect(drowse([site]).stderr).toBe(shown)
  })

  test('that are warnings let it end with 0', () => {
    const site = siteFolder({ ...SITE, 'content/posts/misspelled.md': FAULTS['content/posts/misspelled.md'] })

    expect(drowse([site])).toMatchObject({ status: 0, stderr: expect.stringContaining('misspelled.md:4') })
  })

  test('that are warnings are errors where the build is strict, and everything is built all the same', () => {
    const site = siteFolder({ ...SITE, 'content/posts/lost.md': POST.replace('Words.', 'A [way](out.md).') })

    expect(drowse([site])).toMatchObject({ status: 0, stderr: expect.stringContaining('lost.md:6 warning `out.md`') })
    expect(drowse([site, '--strict'])).toMatchObject({ status: 1, stderr: expect.stringContaining('lost.md:6 error `out.md`') })
    expect(existsSync(join(site, 'dist/posts/lost/index.html'))).toBe(true)
  })

  test('beyond the first two hundred are counted', () => {
    const links = Array.from({ length: 210 }, (_, index) => `[a](gone-${index}.md)`)
    const site = siteFolder({ ...SITE, 'content/posts/lost.md': POST.replace('Words.', links.join('\n')) })

    const { stderr } = drowse([site])

    expect(stderr.match(/links\/missing-page/g)?.length).toBe(200)
    expect(stderr).toContain('… and 10 problems more')
  })

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a folder without a site', { 'readme.txt': '' }, /There is no site\.yaml in .*\(site-missing\).*two lines/s],
    [
      'settings with a slip',
      { 'site.yaml': `${CONFIG}postPerPage: 3\n` },
      /site\.yaml:3.*`postPerPage`.*Did you mean `postsPerPage`\?/s,
    ],
    [
      'a page where a list is',
      { ...SITE, 'content/posts.md': '# Posts' },
      /Two pages would be published at \/posts\/.*page-conflict/s,
    ],
    ['a theme that is not there', { ...SITE, 'site.yaml': `${CONFIG}theme: nowhere\n` }, /no theme "nowhere".*Correct `theme`/s],
  ])('stop it where there is nothing to build: %s', (_, files, message) => {
    const { status, stderr } = drowse([siteFolder(files)])

    expect(status).toBe(1)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
  })

  test('such as a file where the output should go are told without a trace', () => {
    const site = siteFolder(SITE)

    const { status, stderr } = drowse([site, '--out', join(site, 'site.yaml')])

    expect(status).toBe(1)
    expect(stderr).toMatch(/can’t be written.*folder-unwritable.*--out/s)
  })

  test.runIf(process.platform === 'linux')('such as a file that can’t be read leave out that one', () => {
    // Linux lets it be written to and never be read, not even by root.
    const config = `${SITE['site.yaml']}content: { profile: /proc/self/clear_refs }\n`

    const { status, stdout, stderr } = drowse([siteFolder({ ...SITE, 'site.yaml': config }), '--out', newFolder('out')])

    expect([status, stderr + stdout]).toEqual([
      1,
      expect.stringMatching(/profile\.md error This can’t be read: .*content\/unreadable/s),
    ])
    expect(stdout + stderr).toContain('1 error: what has one is left out.')
  })

  test.runIf(process.platform === 'linux')('such as an output folder where none can be made are told', () => {
    const { status, stderr } = drowse([siteFolder(SITE), '--out', '/proc/drowse/dist'])

    expect(status).toBe(1)
    expect(stderr).toContain('(folder-unwritable)')
  })

  test('such as a file in the place of the cache’s folder are told without a trace', () => {
    const { status, stderr } = drowse([siteFolder({ ...SITE, '.drowse': 'a file' }), '--out', newFolder('out')])

    expect(status).toBe(1)
    expect(stderr).toMatch(/\.drowse.*folder-unwritable.*Move away/s)
    expect(stderr).not.toContain('    at ')
  })

  test('do not come of a damaged cache, which is begun anew', async () => {
    const [site, out] = [siteFolder({ ...SITE, '.drowse/build.db': 'Not a database. '.repeat(100) }), newFolder('out')]

    const result = await buildSite(site, out, { cacheFile: join(site, '.drowse/build.db') })

    expect(result.rendered).toBe(result.pages)
    expect(await buildSite(site, out, { cacheFile: join(site, '.drowse/build.db') })).toMatchObject({ rendered: 0 })
  })
})
