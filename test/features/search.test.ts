import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { partOf, wordsIn } from '../../src/content/search-words.ts'
import { groupsOf, rangeOf } from '../../src/features/search/groups.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from '../build/site-folder.ts'
import { type Answer, keysOf, newFolder, openGuest, statuses, syncOf, textOf, writeOf } from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'

const CONFIG = 'title: Owls\nurl: https://example.org\n'

function post(number: number, body = 'An owl sat in the tree.'): string {
  const day = new Date(Date.UTC(1990, 0, number)).toISOString().slice(0, 10)
  return `---\ntitle: Post ${number}\ndate: ${day}\n---\n${body}\n`
}

function posts(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`content/posts/p${index + 1}.md`, post(index + 1)]))
}

const searchKeys = (keys: readonly string[]) => keys.filter((key) => /(^|\/)search\//.test(key))

/** The lines of the part that a word is in. */
function linesFor(files: Readonly<Record<string, string>>, word: string, group = 0, folder = 'search'): string[] {
  const text = files[`${folder}/words-${group}-${partOf(wordsIn(word)[0] ?? '')}.txt`] ?? ''
  return Buffer.from(text, 'latin1').toString().trimEnd().split('\n')
}

describe('The groups of entries', () => {
  const hashes = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((number) => number.toString(16).padStart(8, '0'))
  const groupOf = (hash: string, count: number) =>
    groupsOf(count).filter((group) => {
      const { after = '', before = '\u{10ffff}' } = rangeOf(group)
      return `${hash}\u0001id` > after && `${hash}\u0001id` < before
    })

  test('hold every entry once, however many there are', () => {
    fc.assert(fc.property(hashes, fc.integer({ min: 1, max: 700 }), (hash, count) => groupOf(hash, count).length === 1))
  })

  test('stay as they are when one is added, but for the one that gives up a half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), (count) => {
        const before = groupsOf(count).map((group) => JSON.stringify(group))
        const after = new Set(groupsOf(count + 1).map((group) => JSON.stringify(group)))
        return before.filter((group) => !after.has(group)).length === 1
      }),
    )
  })

  test('differ in size by no more than two to one, and by chance', () => {
    expect(groupsOf(5).map(({ bits }) => bits)).toEqual([3, 2, 2, 2, 3])
    expect(groupsOf(0)).toEqual([])
  })
})

describe('A site with search', () => {
  let files: Readonly<Record<string, string>>

  beforeAll(async () => {
    const out = newFolder('out')
    const site = siteFolder({
      'site.yaml': `${CONFIG}languages: { ru: {} }\ncontent: {}\n`,
      'content/posts/one.md':
        '---\ntitle: The hide\ndate: 2024-01-20\ntags: [Night birds]\ndescription: Under the stars.\n---\nWe waited. `owl_id` and\n\n```js\nsecretCode()\n```\n',
      'content/posts/one.ru.md': '---\ntitle: Ёлка\ndate: 2024-01-20\n---\nСова спит.\n',
      'content/posts/draft.md': '---\ntitle: Hidden thing\ndate: 2024-01-20\ndraft: true\n---\nUnspoken.\n',
      'content/about.md': '# About us\n\nWords.',
    })
    const { problems } = await buildSite(site, out)
    expect(problems).toEqual([])
    files = filesIn(out)
  })

  test('has a page for each language, which says where its index is, and a way to it from every page', () => {
    expect(files['search/index.html']).toContain('data-index="/search/" data-groups="1"')
    expect(files['ru/search/index.html']).toContain('data-index="/ru/search/" data-groups="1"')
    expect(files['posts/one/index.html']).toContain('href="/search/"')
    expect(files['ru/posts/one/index.html']).toContain('href="/ru/search/"')
    expect(files['404.html']).toContain('action="/search/"')
  })

  test('marks the words of titles and terms, and has those of texts and descriptions', () => {
    expect(linesFor(files, 'hide')[0]).toMatch(/^[0-9a-z]{6} .*\bhide\+/)
    expect(linesFor(files, 'night')[0]).toContain('night+')
    expect(linesFor(files, 'waited')[0]).toMatch(/ waited( |$)/)
    expect(linesFor(files, 'stars').join()).toMatch(/ stars( |$)/)
    expect(linesFor(files, 'about').join()).toContain('about+')
  })

  test('keeps languages apart', () => {
    expect(linesFor(files, 'ёлка', 0, 'ru/search')[0]).toContain('елка+')
    expect(linesFor(files, 'hide', 0, 'ru/search').join()).not.toContain('hide')
  })

  test('does not find drafts, nor what stands in blocks of code', () => {
    const all = Object.keys(files).filter((key) => /^search\/words/.test(key))

    expect(all.map((key) => files[key]).join()).not.toMatch(/unspoken|hidden|secretcode/)
  })

  test('names each entry by the key that its words have', () => {
    const rows: [string, string, string, string | null][] = JSON.parse(files['search/entries-0.json'] ?? '')

    expect(rows.map(([, ...row]) => row).toSorted()).toEqual([
      ['About us', '/about/', null],
      ['The hide', '/posts/one/', '2024-01-20T00:00:00.000Z'],
    ])
    expect(linesFor(files, 'hide')[0]?.slice(0, 6)).toBe(rows.find(([, title]) => title === 'The hide')?.[0])
  })

  test('has none of it with `search: false`, nor where a page of its own is in its place', async () => {
    const off = newFolder('off')
    await buildSite(siteFolder({ 'site.yaml': `${CONFIG}search: false\n`, ...posts(2) }), off)
    expect(searchKeys(Object.keys(filesIn(off)))).toEqual([])
    expect(filesIn(off)['index.html']).not.toContain('/search/')

    const own = newFolder('own')
    await buildSite(siteFolder({ 'site.yaml': CONFIG, ...posts(2), 'content/search.md': '# Ask Ann\n\nShe knows.' }), own)
    expect(searchKeys(Object.keys(filesIn(own)))).toEqual(['search/index.html'])
    expect(filesIn(own)['search/index.html']).toContain('She knows.')
  })
})

describe('What a write changes of the search', () => {
  async function guestWith(count: number) {
    const guest = openGuest()
    const answer = await guest.apply([syncOf({ 'site.yaml': CONFIG, ...posts(count) }, await themeOf('plain'))])
    expect(statuses(answer.receipts)).toEqual(['applied'])
    await guest.acknowledge(answer.outbox)
    return guest
  }
  const saveOf = (number: number, body: string) =>
    writeOf('post.save', { path: `content/posts/p${number}.md`, text: post(number, body) })
  const changed = (answer: Answer) => searchKeys(keysOf(answer))

  test('a comment: nothing', async () => {
    const guest = await guestWith(3)

    const answer = await guest.apply([
      writeOf('comment.create', { page: '/posts/p1/', parent: null, name: 'Ann', email: '', text: 'Zebra' }),
    ])

    expect(keysOf(answer)).toEqual(['posts/p1/index.html'])
  })

  test('another word in a post: the part that the word is in, and the one it was in', async () => {
    const guest = await guestWith(3)

    const answer = await guest.apply([saveOf(2, 'An owl sat in the bush.')])

    expect(changed(answer)).toEqual(['tree', 'bush'].map((word) => `search/words-0-${partOf(word)}.txt`).toSorted())
    expect(textOf(answer, `search/words-0-${partOf('bush')}.txt`)).toContain(' bush')
  })

  test('a post that makes one group too few: its group and the one that is cut in two, and the same as if it had been there from the first', async () => {
    const guest = await guestWith(256)

    const answer = await guest.apply([saveOf(257, 'Another owl.')])

    expect(changed(answer).length).toBeLessThanOrEqual(3 * 17 + 1)
    expect(changed(answer).filter((key) => key.startsWith('search/entries-'))).toContain('search/entries-2.json')
    const whole = openGuest()
    const texts = { 'site.yaml': CONFIG, ...posts(256), 'content/posts/p257.md': post(257, 'Another owl.') }
    const full = await whole.apply([syncOf(texts, await themeOf('plain'))])
    for (const key of changed(answer)) expect(textOf(answer, key)).toBe(textOf(full, key))
  })

  test('one of 10,000 posts: as many files as one of ten', { timeout: 300_000 }, async () => {
    const siteDir = siteFolder({ 'site.yaml': CONFIG, ...posts(10_000) })
    const outDir = newFolder('out')
    const cacheFile = join(newFolder('cache'), 'build.db')
    const first = await buildSite(siteDir, outDir, { cacheFile })
    expect(searchKeys(first.written).length).toBeGreaterThan(1_300)

    writeFiles(siteDir, { 'content/posts/p5000.md': post(5000, 'A zebra stood in the tree.') })
    const { written } = await buildSite(siteDir, outDir, { cacheFile })
    const words = ['a', 'an', 'owl', 'sat', 'zebra', 'stood']

    expect(new Set(searchKeys(written).map((key) => Number(/-(\d+)\.txt$/.exec(key)?.[1])))).toEqual(new Set(words.map(partOf)))
    expect(new Set(searchKeys(written).map((key) => /words-(\d+)-/.exec(key)?.[1])).size).toBe(1)
  })
})
