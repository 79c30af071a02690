import { readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { build } from '../../src/build/build.ts'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { FEATURES } from '../../src/features/registry.ts'
import { devSite, folderWith, post, SMALL_SITE, writeTimes } from './dev-site.ts'

const FOOTER = 'export function Footer() { return <footer>HANDMADE</footer> }\n'

const SHOWING = { time: '2026-06-01T12:00:00.000Z', drafts: false }

describe('a saved file', () => {
  it('is on its page, its lists, its neighbours and its tag, and nothing else is written', async () => {
    const site = await devSite()
    const before = writeTimes(site.outDir)
    site.save('content/posts/p4.md', post('Renamed', '2024-01-04', 'lone'))
    const report = await site.nextRound()
    const after = writeTimes(site.outDir)
    const touched = [...after].filter(([path, time]) => before.get(path) !== time).map(([path]) => path)
    expect(touched.sort()).toEqual(report.written)
    expect(report.written).toEqual([
      'archive/2024/index.html',
      'feed.json',
      'feed.xml',
      'index.html',
      'posts/p3/index.html',
      'posts/p4/index.html',
      'posts/p5/index.html',
      'posts/page/2/index.html',
      'rss.xml',
      'tags/lone/feed.json',
      'tags/lone/feed.xml',
      'tags/lone/index.html',
      'tags/lone/rss.xml',
    ])
    for (const key of report.written) expect(site.page(key), key).toContain('Renamed')
    expect(report.saved).toEqual(['content/posts/p4.md'])
  })

  it('reaches its own page and the feeds alone if only its text changed and it has a description', async () => {
    const described = (body: string) => post('Post 1', '2024-01-01', 'many', body).replace('tags:', 'description: D\ntags:')
    const site = await devSite({ ...SMALL_SITE, 'content/posts/p1.md': described('Before.') })
    site.save('content/posts/p1.md', described('Afterwards.'))
    const report = await site.nextRound()
    const feeds = ['', 'tags/many/'].flatMap((base) => ['feed.json', 'feed.xml', 'rss.xml'].map((file) => base + file))
    expect(report.written).toEqual([...feeds, 'posts/p1/index.html'].sort())
  })

  it('is noticed when an editor saves it by renaming', async () => {
    const site = await devSite()
    writeFileSync(join(site.dir, 'content/posts/.p1.md.tmp'), post('Moved in', '2024-01-01', 'many'))
    renameSync(join(site.dir, 'content/posts/.p1.md.tmp'), join(site.dir, 'content/posts/p1.md'))
    await site.nextRound()
    expect(site.page('posts/p1/index.html')).toContain('Moved in')
  })

  it('is published when it is new, in a new folder too, and its pages are gone when it is deleted', async () => {
    const site = await devSite()
    site.save('content/posts/deep/new.md', post('Brand new', '2024-02-01', 'fresh'))
    await site.until(() => site.page('tags/fresh/index.html') !== null)
    expect(site.page('posts/index.html')).toContain('Brand new')
    site.remove('content/posts/deep/new.md')
    await site.until(() => site.page('tags/fresh/index.html') === null)
    expect(site.page('posts/index.html')).not.toContain('Brand new')
  })

  it('changes nothing if it has the same bytes', async () => {
    const site = await devSite()
    site.save('content/posts/p1.md', post('Post 1', '2024-01-01', 'many'))
    await sleep(150)
    await site.session.settled()
    expect(site.reports).toHaveLength(1)
  })

  it('is not lost among thirty rapid saves', async () => {
    const site = await devSite()
    for (let number = 1; number <= 30; number++) {
      site.save('content/posts/p1.md', post(`Take ${number}.`, '2024-01-01', 'many'))
      await sleep(4)
    }
    await site.until(() => site.page('posts/p1/index.html')?.includes('Take 30.') === true)
    expect(site.page('posts/index.html')).not.toContain('Take 29.')
  })

  it('is not lost if it is saved while pages are being rendered', async () => {
    const many = Array.from({ length: 300 }, (_, number) => [
      `content/notes/n${number}.md`,
      post(`Note ${number}`, '2023-01-01', 'x'),
    ])
    const site = await devSite({ ...SMALL_SITE, ...Object.fromEntries(many) })
    site.save('site.yaml', 'title: Changed\nurl: https://example.org\npostsPerPage: 2\n')
    await site.until(() => site.page('index.html')?.includes('Changed') === true)
    expect(site.reports).toHaveLength(1)
    site.save('content/posts/p2.md', post('In between', '2024-01-02', 'many'))
    await site.until(() => site.page('posts/p2/index.html')?.includes('In between') === true)
    expect(site.page('notes/n299/index.html')).toContain('Changed')
    expect(site.session.faults).toEqual([])
  })

  it('leaves the output as a build from nothing makes it, but for the stylesheet’s steady name', async () => {
    const site = await devSite()
    site.save('content/posts/p4.md', post('Renamed', '2024-01-09', 'many, other'))
    site.save('content/posts/p8.md', post('Post 8', '2024-01-08', 'lone'))
    site.remove('content/posts/p6.md')
    await site.until(() => site.page('posts/p6/index.html') === null && site.page('posts/p8/index.html') !== null)
    await site.session.settled()
    const outDir = join(site.dir, 'dist')
    const themesDir = join(import.meta.dirname, '../../themes')
    const parts = { cacheFile: null, themesDir, features: FEATURES, engine: 'test', showing: SHOWING }
    const { written } = await build({ siteDir: site.dir, outDir, ...parts })
    const steady = written.map((key) => key.replace(/(\w+)\.\w+\.css$/, '$1.css'))
    expect([...writeTimes(site.outDir).keys()].filter((key) => !key.startsWith('.')).sort()).toEqual(steady.sort())
    const full = readFileSync(join(outDir, 'posts/index.html'), 'utf8')
    expect(site.page('posts/index.html')).toBe(full.replace(/style\.\w+\.css/, 'style.css'))
  })
})

describe('a theme', () => {
  it('is compiled anew when a component is added, changed or taken away', async () => {
    const site = await devSite()
    site.save('themes/default/components/Footer.tsx', FOOTER)
    await site.until(() => site.page('posts/p1/index.html')?.includes('HANDMADE') === true)
    site.save('themes/default/components/Footer.tsx', FOOTER.replace('HANDMADE', 'BETTER'))
    await site.until(() => site.page('posts/p1/index.html')?.includes('BETTER') === true)
    site.remove('themes/default/components/Footer.tsx')
    await site.until(() => site.page('posts/p1/index.html')?.includes('BETTER') === false)
  })

  it('writes one file when only its styles change', async () => {
    const site = await devSite()
    site.save('themes/default/style/print.css', '@media print { body { color: #010203 } }\n')
    const report = await site.nextRound()
    expect(report.written).toEqual(['assets/style.css'])
    expect(site.page('assets/style.css')).toContain('#010203')
  })

  it('keeps serving the last good version while it does not compile, and says where', async () => {
    const site = await devSite()
    site.save('themes/default/components/Footer.tsx', 'export function Footer() {\n  return <footer>oops\n}\n')
    const broken = await site.nextRound()
    expect(broken.faults[0]).toMatchObject({ where: 'themes/default/components/Footer.tsx', severity: 'error' })
    expect(broken.faults[0]?.excerpt.map(({ text }) => text)).toContain('  return <footer>oops')
    expect((await fetch(`${site.url}/posts/p1/`)).status).toBe(200)
    site.save('content/posts/p1.md', post('Still alive', '2024-01-01', 'many'))
    await site.until(() => site.page('posts/p1/index.html')?.includes('Still alive') === true)
    site.save('themes/default/components/Footer.tsx', FOOTER)
    await site.until(() => site.session.faults.length === 0)
    expect(site.page('posts/p1/index.html')).toContain('HANDMADE')
  })

  it('tells of a component that fails while rendering, until it does not', async () => {
    const site = await devSite()
    site.save('themes/default/components/Footer.tsx', 'export function Footer() { throw new Error("no footer today") }\n')
    const broken = await site.nextRound()
    expect(broken.faults[0]?.message).toContain('no footer today')
    expect(site.page('posts/p1/index.html')).toContain('<footer')
    site.save('themes/default/components/Footer.tsx', FOOTER)
    await site.until(() => site.session.faults.length === 0)
  })
})

describe('an error', () => {
  it('in front matter is told with its line and goes away when mended', async () => {
    const site = await devSite()
    site.save('content/posts/p1.md', '---\ntitle: Post 1\ndate: nonsense\n---\n\nWords.\n')
    const broken = await site.nextRound()
    expect(broken.faults[0]).toMatchObject({ where: 'content/posts/p1.md', line: 3, rule: 'front-matter/invalid-date' })
    expect(broken.faults[0]?.excerpt).toContainEqual({ line: 3, text: 'date: nonsense' })
    site.save('content/posts/p1.md', post('Post 1', '2024-01-01', 'many'))
    const mended = await site.nextRound()
    expect(mended.faults).toEqual([])
    expect(site.page('posts/p1/index.html')).toContain('Post 1')
  })

  it('in site.yaml keeps the settings of before', async () => {
    const site = await devSite()
    site.save('site.yaml', 'title: [\nurl: https://example.org\n')
    const broken = await site.nextRound()
    expect(broken.faults[0]).toMatchObject({ where: 'site.yaml', severity: 'error' })
    expect(site.page('index.html')).toContain('Small')
    site.save('site.yaml', SMALL_SITE['site.yaml'] ?? '')
    const mended = await site.nextRound()
    expect(mended.faults).toEqual([])
  })

  it('of two pages at one address holds back the new one only, and not what is saved after it', async () => {
    const site = await devSite()
    site.save('content/posts.md', '---\ntitle: Rival\n---\n\nWords.\n')
    const broken = await site.nextRound()
    expect(broken.faults[0]).toMatchObject({ rule: 'dev/page-conflict', where: 'content/posts.md' })
    site.save('content/posts/p1.md', post('Unhindered', '2024-01-01', 'many'))
    await site.until(() => site.page('posts/p1/index.html')?.includes('Unhindered') === true)
    expect(site.session.faults[0]?.rule).toBe('dev/page-conflict')
    site.remove('content/posts.md')
    await site.until(() => site.session.faults.length === 0)
  })

  it('of two files with one slug ends when the first of them goes', async () => {
    const site = await devSite()
    site.save('content/posts/p9.md', post('Rival', '2024-01-09', 'many').replace('title:', 'slug: p1\ntitle:'))
    const broken = await site.nextRound()
    expect(broken.faults[0]).toMatchObject({ rule: 'content/duplicate-path', where: 'content/posts/p9.md' })
    site.remove('content/posts/p1.md')
    await site.until(() => site.page('posts/p1/index.html')?.includes('Rival') === true)
    await site.session.settled()
    expect(site.session.faults).toEqual([])
  })

  it('that is there at the start is told, and the site is served when it is mended', async () => {
    const site = await devSite({ ...SMALL_SITE, 'site.yaml': 'title: Small\n' })
    expect(site.session.faults[0]).toMatchObject({ where: 'site.yaml', rule: 'config/missing-key' })
    const waiting = await fetch(`${site.url}/`)
    expect([waiting.status, await waiting.text()]).toEqual([503, expect.stringContaining('/-/dev/client.js')])
    site.save('site.yaml', SMALL_SITE['site.yaml'] ?? '')
    await site.until(() => site.session.faults.length === 0)
    expect((await fetch(`${site.url}/`)).status).toBe(200)
  })

  it('is told again by the next session, on a page that failed in the last one too', async () => {
    const dir = folderWith({
      ...SMALL_SITE,
      'themes/default/components/Footer.tsx': 'export function Footer() { throw new Error("later") }\n',
    })
    const parts = { themesDir: join(import.meta.dirname, '../../themes'), features: FEATURES, engine: 'test', showing: SHOWING }
    const options = { siteDir: dir, outDir: join(dir, 'dist'), cacheFile: join(dir, '.drowse', 'build.db'), ...parts }
    const first = await build(options)
    const second = await build(options)
    expect(second.problems).toEqual(first.problems)
    expect(second.problems.length).toBeGreaterThan(0)
  })
})

describe('settings', () => {
  it('reach the pages that show them', async () => {
    const site = await devSite()
    site.save('site.yaml', 'title: Grand\nurl: https://example.org\npostsPerPage: 2\n')
    const report = await site.nextRound()
    expect(site.page('posts/p1/index.html')).toContain('Grand')
    expect(report.written).not.toContain('assets/style.css')
  })

  it('that name another folder bring it in and follow it', async () => {
    const elsewhere = folderWith({ 'one.md': post('From elsewhere', '2024-01-01', 'far') })
    const site = await devSite()
    site.save('site.yaml', `title: Small\nurl: https://example.org\ncontent:\n  post: ${elsewhere}\n`)
    await site.until(() => site.page('posts/one/index.html')?.includes('From elsewhere') === true)
    await site.until(() => site.page('posts/p1/index.html') === null)
    writeFileSync(join(elsewhere, 'one.md'), post('Followed', '2024-01-01', 'far'))
    await site.until(() => site.page('posts/one/index.html')?.includes('Followed') === true)
  })
})

describe('what does not belong to the site', () => {
  it('starts no round: its own folder, dot files, what is in linked folders, other themes', async () => {
    const site = await devSite({ ...SMALL_SITE, 'themes/other/style.css': 'a{}' })
    const elsewhere = folderWith({ 'one.md': post('Linked', '2024-01-01', 'far') })
    symlinkSync(elsewhere, join(site.dir, 'content/posts/linked'))
    await site.until(() => site.reports.at(-1)?.faults.length === 1)
    expect(site.reports.at(-1)).toMatchObject({ rendered: 0, written: [] })
    const before = site.reports.length
    site.save('.drowse/something', 'x')
    site.save('content/posts/.hidden.md', 'x')
    site.save('themes/other/style.css', 'b{}')
    writeFileSync(join(elsewhere, 'one.md'), post('Linked again', '2024-01-01', 'far'))
    await sleep(200)
    await site.session.settled()
    expect(site.reports).toHaveLength(before)
  })
})

describe('a second session on one site', () => {
  it('is refused while the first is at work', async () => {
    const site = await devSite()
    const second = devSite(site.dir)
    await expect(second).rejects.toThrow(DrowseError)
    await expect(second).rejects.toMatchObject({ code: 'data-in-use' })
  })
})

describe('what is not for readers yet', () => {
  const files = {
    ...SMALL_SITE,
    'content/posts/draft.md': '---\ntitle: Half\ndate: 2024-01-01\ndraft: true\n---\nWords.',
    'content/posts/later.md': post('Later', '2026-06-02T00:00:00Z', 'many'),
  }

  it('is not shown, and appears by itself when its time comes', async () => {
    let now = new Date('2026-06-01T23:59:59.900Z')
    const site = await devSite(files, { now: () => now })
    expect(site.page('posts/later/index.html')).toBeNull()
    now = new Date('2026-06-02T00:00:00.000Z')
    const round = await site.nextRound()
    expect(round.saved).toEqual([])
    expect(site.page('posts/later/index.html')).toContain('Later')
    expect(site.page('tags/many/index.html')).toContain('Later')
    expect(site.page('posts/draft/index.html')).toBeNull()
  })

  it('is shown to its author with drafts', async () => {
    const site = await devSite(files, { drafts: true })
    expect(site.page('posts/later/index.html')).toContain('Later')
    expect(site.page('posts/draft/index.html')).toContain('Half')
  })
})

describe('a site.ts', () => {
  const own = (text: string) =>
    `export const own = [{ name: 'own', pages: () => [{ path: '/own.txt' }], render: () => ({ content: '${text}', contentType: 'text/plain' }) }]`

  it('is taken up when it comes, changes, or a file it imports does, and stays as it was while it is broken', async () => {
    const site = await devSite()
    site.save('lib/own.ts', own('a'))
    site.save('site.ts', "import { own } from './lib/own.ts'\nexport default { routes: own }")
    await site.until(() => site.page('own.txt') === 'a')
    site.save('lib/own.ts', own('b'))
    await site.until(() => site.page('own.txt') === 'b')
    site.save('lib/own.ts', 'export const own = [')
    await site.until(() => site.session.faults.length > 0)
    expect(site.session.faults).toMatchObject([{ where: 'lib/own.ts', line: 1, rule: 'site-ts/compile' }])
    expect(site.page('own.txt')).toBe('b')
    site.save('lib/own.ts', own('c'))
    await site.until(() => site.page('own.txt') === 'c' && site.session.faults.length === 0)
    site.remove('site.ts')
    await site.until(() => site.page('own.txt') === null)
  })
})
