import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, test } from 'vitest'
import { FEATURES } from '../../src/features/registry.ts'
import type { Feature } from '../../src/features/types.ts'
import type { Receipt } from '../../src/protocol/types.ts'
import type { CompiledTheme } from '../../src/render/theme/types.ts'
import { keysOf, openGuest, type RunningGuest, type SentWrite, statuses, syncOf, textOf, writeOf } from './running-guest.ts'
import { themeOf } from './themes.ts'

const CONFIG = 'title: A site\nurl: https://example.org\ncomments: { moderation: open }\n'
const POST = '---\ntitle: Hello\ndate: 2024-01-01\ntags: [red]\n---\nWords.\n'
const SITE = { 'site.yaml': CONFIG, 'content/posts/hello.md': POST, 'content/posts/other.md': POST }

let theme: CompiledTheme

beforeAll(async () => {
  theme = await themeOf('plain')
})

/** A guest that holds this site, all of it published. */
async function published(
  files: Readonly<Record<string, string>> = SITE,
  options: Parameters<typeof openGuest>[0] = {},
): Promise<RunningGuest> {
  const guest = openGuest(options)
  const answer = await guest.apply([syncOf(files, theme)])
  expect(statuses(answer.receipts)).toEqual(['applied'])
  await guest.acknowledge(answer.outbox)
  return guest
}

const comment = (text: string, fields: { page?: string; parent?: number } = {}): SentWrite =>
  writeOf(
    'comment.create',
    { page: '/posts/hello/', parent: null, name: 'Ann', email: '', text, ...fields },
    { actor: { role: 'visitor' } },
  )

const save = (text: string, path = 'content/posts/hello.md'): SentWrite => writeOf('post.save', { path, text })

/** Every row of every table the guest keeps, apart from the receipts. */
function contents(guest: RunningGuest): Record<string, unknown[]> {
  const database = new DatabaseSync(join(guest.dataDir, 'site.db'), { readOnly: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all()
    return Object.fromEntries(
      tables
        .map(({ name }) => String(name))
        .filter((name) => name !== 'receipts')
        .map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]),
    )
  } finally {
    database.close()
  }
}

describe('A rejected write', () => {
  test.each<[string, SentWrite, string]>([
    ['a comment on a page that is not there', comment('Hello', { page: '/posts/nowhere/' }), 'page-unknown'],
    ['an answer to a comment that is not there', comment('Hello', { parent: 7 }), 'parent-unknown'],
    ['a comment without words', comment('   '), 'form-invalid'],
    ['a comment that is no comment', writeOf('comment.create', { text: 7 }), 'form-invalid'],
    ['a kind nobody takes', writeOf('order.place', {}), 'kind-unknown'],
    ['a post that can’t be read', save('---\ntitle: Hello\ndate: tomorrow\n---\n'), 'content-invalid'],
    ['a post outside the posts', save(POST, 'content/../site.md'), 'form-invalid'],
    [
      'a file with a fault among good ones',
      syncOf({ 'content/posts/new.md': POST, 'content/posts/bad.md': 'No title' }),
      'content-invalid',
    ],
    [
      'a file whose name is too long for any store',
      syncOf({ [`media/${'deep/'.repeat(220)}hill.txt`]: 'A hill' }),
      'key-invalid',
    ],
    ['a file whose name no store can hold', syncOf({ 'media/a\u0007b.txt': 'A bell' }), 'key-invalid'],
    ['a page where a list is', syncOf({ 'content/posts/new.md': POST, 'content/posts.md': '# Posts' }), 'page-conflict'],
    [
      'two posts of one name',
      save('---\ntitle: Hello\ndate: 2024-01-01\nslug: hello\n---\n', 'content/posts/third.md'),
      'content-invalid',
    ],
  ])('leaves no trace: %s', async (_, write, code) => {
    const guest = await published()
    const before = contents(guest)

    const answer = await guest.apply([write])

    expect(statuses(answer.receipts)).toEqual([code])
    expect(answer).toMatchObject({ rendered: 0, removed: [] })
    expect(answer.objects.size).toBe(0)
    expect(contents(guest)).toEqual(before)
  })

  test('does not keep the others of its batch from being applied', async () => {
    const guest = await published()

    const answer = await guest.apply([comment('First'), syncOf({ 'content/posts.md': '# Posts' }), comment('Second')])

    expect(statuses(answer.receipts)).toEqual(['applied', 'page-conflict', 'applied'])
    expect(keysOf(answer)).toEqual(['posts/hello/index.html'])
    expect(textOf(answer, 'posts/hello/index.html')).toMatch(/comment-1".*First.*comment-2".*Second/s)
  })

  test('names the two that would be published at one path', async () => {
    const guest = await published()

    const { receipts } = await guest.apply([syncOf({ 'content/tags/red.md': '# Red' })])

    expect(receipts[0]).toMatchObject({
      code: 'page-conflict',
      message: 'Two pages would be published at /tags/red/: “page/tags/red” (page) and “tags/red” (term).',
      hint: 'Give one of them another slug or file name.',
    })
  })

  test('names the file that stands where a page needs a folder, whichever comes first', async () => {
    const guest = await published()
    const file = { 'media/hill': 'A hill' }
    const below = { 'media/hill/top.txt': 'Its top' }

    const { receipts } = await guest.apply([syncOf({ ...file, ...below }), syncOf(file), syncOf(below)])
    const { receipts: turned } = await guest.apply([
      syncOf({ 'media/hill': null, ...below }),
      syncOf(file),
      syncOf({ ...file, 'media/hill/top.txt': null }),
    ])

    expect(statuses(receipts)).toEqual(['page-conflict', 'applied', 'page-conflict'])
    expect(statuses(turned)).toEqual(['applied', 'page-conflict', 'applied'])
    expect(receipts[2]).toMatchObject({
      message:
        'The file /media/hill of “/media/hill” (file) stands where /media/hill/top.txt of “/media/hill/top.txt” (file) needs a folder.',
    })
  })

  test('gets the same receipt again, and so does one that was applied', async () => {
    const guest = await published()
    const batch = [comment('Hello'), comment('Hello', { parent: 9 })]
    const first = await guest.apply(batch)

    const second = await guest.apply(batch)

    expect(second.receipts).toEqual(first.receipts)
    expect(contents(guest).r_comments).toHaveLength(1)
  })
})

describe('A post that is saved', () => {
  test('is rejected with file, line, rule and hint when its front matter has a fault', async () => {
    const guest = await published()

    const { receipts } = await guest.apply([save('---\ntitle: Hello\ndate: 2024-02-30\n---\nWords.\n')])

    expect(receipts[0]).toMatchObject({
      status: 'rejected',
      code: 'content-invalid',
      problems: [
        {
          where: 'content/posts/hello.md',
          line: 3,
          rule: 'front-matter/invalid-date',
          message: '`date`: `2024-02-30` is not a date of the calendar.',
          hint: 'Write it as `2024-05-01` or `2024-05-01T10:00:00Z`.',
        },
      ],
    })
  })

  test('keeps the text it replaces as a revision', async () => {
    const guest = await published()

    await guest.apply([save(POST.replace('Words', 'Other words'))])

    const { r_revisions, blobs } = contents(guest)
    expect(r_revisions).toHaveLength(1)
    const { path, hash, replacedAt } = JSON.parse(Object(r_revisions?.[0]).row)
    expect({ path, replacedAt }).toEqual({ path: 'content/posts/hello.md', replacedAt: '2024-06-01T12:00:00.000Z' })
    const kept = blobs?.map(Object).find((blob) => blob.hash === hash)
    expect(new TextDecoder().decode(kept.bytes)).toBe(POST)
  })

  test('tells where it can be seen, or that it is a draft', async () => {
    const guest = await published()

    const { receipts } = await guest.apply([
      save(POST, 'content/posts/new.md'),
      save(POST.replace('title', 'draft: true\ntitle')),
    ])

    expect(receipts).toMatchObject([{ page: '/posts/new/', result: { title: 'Hello' } }, { result: { draft: true } }])
    expect(receipts[1]).not.toHaveProperty('page')
  })
})

describe('Pages in one batch', () => {
  test('a file that is renamed and keeps its slug keeps its page', async () => {
    const slugged = POST.replace('title', 'slug: same\ntitle')
    const guest = await published({ ...SITE, 'content/posts/a.md': slugged })

    const answer = await guest.apply([syncOf({ 'content/posts/a.md': null, 'content/posts/b.md': slugged })])

    expect(answer.removed).toEqual([])
    const edited = await guest.apply([save(slugged.replace('Words', 'Other words'), 'content/posts/b.md')])
    expect(keysOf(edited)).toContain('posts/same/index.html')
  })

  test('a page that goes, comes back and goes again is removed', async () => {
    const guest = await published()

    const answer = await guest.apply([
      syncOf({ 'content/posts/other.md': null }),
      syncOf({ 'content/posts/other.md': POST }),
      syncOf({ 'content/posts/other.md': null }),
    ])

    expect(answer.removed).toEqual(['posts/other/index.html'])
  })

  test('a page that goes and comes back is there', async () => {
    const guest = await published()

    const answer = await guest.apply([syncOf({ 'content/posts/other.md': null }), syncOf({ 'content/posts/other.md': POST })])

    expect(answer.removed).toEqual([])
    expect(keysOf(answer)).toContain('posts/other/index.html')
  })

  test('a file may take the place that a page gives up, under another path of the same key', async () => {
    const guest = await published()

    const answer = await guest.apply([
      syncOf({ 'content/posts/other.md': null, 'content/posts/other/index.html': '<!DOCTYPE html>Written by hand' }),
    ])

    expect(statuses(answer.receipts)).toEqual(['applied'])
    expect(answer.removed).toEqual([])
    expect(textOf(answer, 'posts/other/index.html')).toBe('<!DOCTYPE html>Written by hand')
  })
})

describe('Two files for one address', () => {
  const twice = { 'media/hill.txt': 'one', 'content/media/hill.txt': 'two' }

  test('are refused, whichever came first', async () => {
    const guest = await published({ ...SITE, 'media/hill.txt': 'one' })

    const { receipts } = await guest.apply([syncOf({ 'content/media/hill.txt': 'two' })])

    expect(receipts[0]).toMatchObject({
      code: 'content-invalid',
      problems: [
        {
          where: 'media/hill.txt',
          rule: 'content/duplicate-path',
          message: 'media/hill.txt and content/media/hill.txt would both be published at /media/hill.txt.',
        },
      ],
    })
    expect(statuses((await guest.apply([syncOf(twice)])).receipts)).toEqual(['content-invalid'])
  })

  test('may change places', async () => {
    const guest = await published({ ...SITE, 'media/hill.txt': 'one' })

    const answer = await guest.apply([syncOf({ 'media/hill.txt': null, 'content/media/hill.txt': 'two' })])

    expect(textOf(answer, 'media/hill.txt')).toBe('two')
    expect(answer.removed).toEqual([])
  })
})

test('Another parser reads every file again, though only site.yaml came', async () => {
  const table = POST.replace('Words.', '| a | b |\n| - | - |\n| 1 | 2 |\n\nA link: https://example.org/_x_')
  const guest = await published({ ...SITE, 'content/posts/table.md': table })
  const parsers = () => contents(guest).r_entries?.map((row) => JSON.parse(Object(row).row).bodyHash)
  const before = parsers()

  await guest.apply([syncOf({ 'site.yaml': `${CONFIG}parser: remark\n` })])

  expect(parsers()?.filter((hash) => before?.includes(hash))).toEqual([])
})

describe('A batch that was not published', () => {
  test('comes again with the next one, until it is acknowledged', async () => {
    const guest = await published()
    const lost = await guest.apply([comment('First')])

    const next = await guest.apply([comment('Hello', { page: '/posts/other/' })])
    await guest.acknowledge(next.outbox)
    const after = await guest.apply([comment('Second')])

    expect(keysOf(lost)).toEqual(['posts/hello/index.html'])
    expect(keysOf(next)).toEqual(['posts/hello/index.html', 'posts/other/index.html'])
    expect(next.rendered).toBe(1)
    expect(keysOf(after)).toEqual(['posts/hello/index.html'])
  })

  test('an acknowledgement that comes late does not cover a page that changed since', async () => {
    const guest = await published()
    const first = await guest.apply([comment('First')])
    await guest.apply([comment('Second')])

    await guest.acknowledge(first.outbox)

    const again = await guest.apply([])
    expect(textOf(again, 'posts/hello/index.html')).toContain('Second')
  })

  test('is taken back whole when the link breaks in the middle of its answer, and works when it comes again', async () => {
    const guest = await published()
    const before = contents(guest)
    const batch = [syncOf({ 'content/posts/new.md': POST }), comment('Hello', { page: '/posts/new/' })]

    await expect(guest.apply(batch, { breakAfter: 2 })).rejects.toThrow('The link is gone.')

    expect(contents(guest)).toEqual(before)
    const answer = await guest.apply(batch)
    expect(statuses(answer.receipts)).toEqual(['applied', 'applied'])
    expect(keysOf(answer)).toContain('posts/new/index.html')
  })

  test('leaves nothing in memory of what was taken back', async () => {
    const guest = await published()
    const published1 = await guest.apply([comment('Hello')])
    // Another title, which every page's queries read: taken back, although it was rendered.
    await expect(guest.apply([syncOf({ 'site.yaml': CONFIG.replace('A site', 'Other') })], { breakAfter: 1 })).rejects.toThrow()

    const again = await guest.apply([])

    expect(textOf(again, 'posts/hello/index.html')).toBe(textOf(published1, 'posts/hello/index.html'))
  })
})

describe('A full disk', () => {
  /** Leaves the guest's database this many pages to grow. */
  function limit({ database }: RunningGuest, pages: number): void {
    const size = Number(database.get('PRAGMA page_count')?.page_count)
    database.exec(`PRAGMA max_page_count = ${size + pages}`)
  }

  const batch = () => [
    comment('First'),
    syncOf(
      Object.fromEntries(
        Array.from({ length: 30 }, (_, n) => [n === 0 ? 'content/posts/new.md' : `content/posts/new-${n}.md`, POST]),
      ),
    ),
    comment('Second', { page: '/posts/new/' }),
  ]

  // Few pages stop it while it applies, more while it renders, and more still while it notes what is to be published.
  test.each([0, 4, 9, 10, 15, 20, 22, 26])(
    'that leaves room for %i pages takes the batch back whole; with room it is applied once',
    async (pages) => {
      const guest = await published()
      const before = contents(guest)
      const sent = batch()
      limit(guest, pages)
      await expect(guest.apply(sent)).rejects.toThrow('database or disk is full')
      expect(contents(guest)).toEqual(before)
      limit(guest, 100_000)

      const answer = await guest.apply(sent)

      const undisturbed = await published()
      const expected = await undisturbed.apply(sent)
      expect(statuses(answer.receipts)).toEqual(['applied', 'applied', 'applied'])
      expect(answer.objects).toEqual(expected.objects)
      expect(contents(guest)).toEqual(contents(undisturbed))
    },
  )
})

describe('A theme with a fault', () => {
  test('in one component keeps that component’s pages as they were, and says so', async () => {
    const guest = await published()

    const answer = await guest.apply([syncOf({}, await themeOf('brokenPost'))])

    expect(statuses(answer.receipts)).toEqual(['applied'])
    expect(answer.objects.size).toBe(0)
    expect(answer.removed).toEqual([])
    expect(answer.problems).toHaveLength(2)
    expect(answer.problems[0]).toMatchObject({
      where: '/posts/hello/ (post/hello)',
      rule: 'render/theme-invalid',
      message: expect.stringContaining('The template Post failed in Post: This component is broken.'),
    })
  })

  test('does not hold up comments, which are on the page when it is mended', async () => {
    const guest = await published()
    await guest.apply([syncOf({}, await themeOf('brokenPost'))])

    const commented = await guest.apply([comment('Patience')])
    const mended = await guest.apply([syncOf({}, theme)])

    expect(statuses(commented.receipts)).toEqual(['applied'])
    expect(textOf(mended, 'posts/hello/index.html')).toContain('Patience')
  })

  test('does not hold up a batch that has pages to bring again', async () => {
    const guest = openGuest()
    const lost = await guest.apply([syncOf(SITE, theme)])

    const broken = await guest.apply([syncOf({}, await themeOf('brokenPost'))])
    await guest.acknowledge(broken.outbox)
    const mended = await guest.apply([syncOf({}, theme)])

    expect(keysOf(broken)).not.toContain('posts/hello/index.html')
    expect(broken.removed).toEqual([])
    expect(textOf(mended, 'posts/hello/index.html')).toBe(textOf(lost, 'posts/hello/index.html'))
  })

  test('that keeps its module from loading keeps every page as it was, and comments are taken all the same', async () => {
    const guest = await published()

    const answer = await guest.apply([syncOf({}, await themeOf('brokenModule')), comment('Patience')])

    expect(statuses(answer.receipts)).toEqual(['applied', 'applied'])
    expect(answer.problems.map(({ message }) => message)).toContainEqual(expect.stringContaining('module can’t be loaded'))
    const mended = await guest.apply([syncOf({}, theme)])
    expect(textOf(mended, 'posts/hello/index.html')).toContain('Patience')
  })
})

describe('Another engine', () => {
  const renamed = (name: string): readonly Feature[] =>
    FEATURES.map((feature) =>
      feature.routes === undefined
        ? feature
        : { ...feature, routes: feature.routes.map((route) => (route.name === 'post' ? { ...route, name } : route)) },
    )

  test('renders everything again and sends only what differs', async () => {
    const guest = await published()

    const answer = await openGuest({ dataDir: guest.dataDir, engine: 'engine-2' }).apply([])

    expect(answer.rendered).toBeGreaterThan(10)
    expect(answer.objects.size).toBe(0)
  })

  test('renders every body anew, since an older one may have rendered it otherwise', async () => {
    const guest = await published()
    guest.database.run(`UPDATE kept_bodies SET html = '<p>As of old.</p>', rest = json_set(rest, '$.slots', json('[]'))`)
    const older = await guest.apply([comment('Hello')])
    expect(textOf(older, 'posts/hello/index.html')).toContain('As of old.')
    await guest.acknowledge(older.outbox)

    const answer = await openGuest({ dataDir: guest.dataDir, engine: 'engine-2' }).apply([])

    expect(textOf(answer, 'posts/hello/index.html')).toContain('Words.')
  })

  test('whose routes have other names takes over the pages of the old ones', async () => {
    const guest = await published()

    const newer = openGuest({ dataDir: guest.dataDir, engine: 'engine-2', features: renamed('article') })
    const answer = await newer.apply([comment('Hello')])

    expect(statuses(answer.receipts)).toEqual(['applied'])
    expect(keysOf(answer)).toEqual(['posts/hello/index.html'])
    expect(answer.removed).toEqual([])
  })

  test('that reads the files to other entries publishes those', async () => {
    const guest = await published()
    const moved = FEATURES.map((feature) => ({
      ...feature,
      entryTypes: (feature.entryTypes ?? []).map((type) =>
        type.kind === 'post' ? { ...type, path: (slug: string) => `/articles/${slug}/` } : type,
      ),
    }))

    const answer = await openGuest({ dataDir: guest.dataDir, engine: 'engine-2', features: moved }).apply([])

    expect(keysOf(answer)).toContain('articles/hello/index.html')
    expect(answer.removed.toSorted()).toEqual(['posts/hello/index.html', 'posts/other/index.html'])
  })

  test('that lacks a feature removes its pages, and takes its files for what they are then', async () => {
    const guest = await published({ ...SITE, 'content/products/cup.md': '# Cup' })

    const without = FEATURES.filter(({ name }) => name !== 'shop')
    const answer = await openGuest({ dataDir: guest.dataDir, engine: 'engine-2', features: without }).apply([])

    expect(answer.removed.toSorted()).toEqual(['products/index.html', 'products/offers.xml', 'sitemap-product-1.xml'])
    expect(keysOf(answer)).toContain('products/cup/index.html')
  })

  test('that would publish two pages at one path leaves the pages as they were, takes writes, and is met once the clash is mended', async () => {
    const guest = await published({ ...SITE, 'content/about.md': '# About' })
    const moved = FEATURES.map((feature) => ({
      ...feature,
      entryTypes: (feature.entryTypes ?? []).map((type) =>
        type.kind === 'post' ? { ...type, path: (slug: string) => (slug === 'other' ? '/about/' : `/posts/${slug}/`) } : type,
      ),
    }))
    const newer = openGuest({ dataDir: guest.dataDir, engine: 'engine-2', features: moved })

    const clashing = await newer.apply([comment('Hello'), comment('Hello', { page: '/nowhere/' }), comment('Again')])

    expect(statuses(clashing.receipts)).toEqual(['applied', 'page-unknown', 'applied'])
    expect(clashing.problems).toMatchObject([{ rule: 'engine/page-conflict', message: expect.stringContaining('/about/') }])
    expect(keysOf(clashing)).toEqual(['posts/hello/index.html'])
    await newer.acknowledge(clashing.outbox)
    const mended = await newer.apply([syncOf({ 'content/about.md': null })])
    expect(mended.problems).toEqual([])
    expect(textOf(mended, 'about/index.html')).toContain('Hello')
    expect(mended.removed).toContain('posts/other/index.html')
    expect((await newer.apply([])).rendered).toBe(0)
  })

  test('is met again after a batch that failed', async () => {
    const guest = await published()
    const louder = FEATURES.map((feature) => ({
      ...feature,
      routes: (feature.routes ?? []).map((route) =>
        route.name === 'robots' ? { ...route, render: () => ({ content: 'Other robots', contentType: 'text/plain' }) } : route,
      ),
    }))
    const newer = openGuest({ dataDir: guest.dataDir, engine: 'engine-2', features: louder })
    await expect(newer.apply([comment('Hello')], { breakAfter: 0 })).rejects.toThrow('The link is gone.')

    const answer = await newer.apply([comment('Hello')])

    expect(keysOf(answer)).toEqual(['posts/hello/index.html', 'robots.txt'])
  })
})

describe('A gateway’s epoch', () => {
  test('lower than one that was here is refused, after a restart too', async () => {
    const guest = await published()
    await guest.wake(3)
    await guest.wake(3)

    const later = openGuest({ dataDir: guest.dataDir })

    await expect(later.wake(2)).rejects.toMatchObject({ code: 'guest-refused', message: expect.stringContaining('epoch 3') })
    await expect(later.wake(4)).resolves.toBeUndefined()
  })
})

describe('A guest that starts again', () => {
  test('answers as before, and writes nowhere but in its data folder', async () => {
    const guest = await published()
    const batch = [comment('Hello')]
    const before = await guest.apply(batch)

    const after = await openGuest({ dataDir: guest.dataDir }).apply(batch)

    expect<readonly Receipt[]>(after.receipts).toEqual(before.receipts)
    expect(textOf(after, 'posts/hello/index.html')).toBe(textOf(before, 'posts/hello/index.html'))
    expect(readdirSync(guest.dataDir).filter((name) => !name.startsWith('site.db'))).toEqual(['theme'])
  })
})
