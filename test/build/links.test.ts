import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../src/protocol/types.ts'
import { newFolder } from '../guest/running-guest.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'

function post(text: string, title = 'Hello'): string {
  return `---\ntitle: ${title}\ndate: 2024-01-01\n---\n\n${text}\n`
}

const SITE = {
  'site.yaml': CONFIG,
  'content/posts/hello.md': post('First.\n\n## Part one\n\nWords.'),
  'content/posts/trip/index.md': post('A trip.', 'Trip'),
  'content/posts/trip/boat.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'content/posts/my pier.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'content/notes/later.md': post('A note.', 'Later'),
  'content/about.md': '# About\n\nUs.\n',
  'media/hill.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
}

const told = (problems: readonly Problem[]) =>
  problems.map(({ where, line, rule, message, hint = '' }) => `${where}:${line} ${rule} ${message} ${hint}`.trim())

/** Builds the site with one more post and returns that post's HTML. */
async function build(text: string, more: Readonly<Record<string, string>> = {}) {
  const [site, out] = [siteFolder({ ...SITE, ...more, 'content/posts/linking.md': post(text, 'Linking') }), newFolder('out')]
  const { problems } = await buildSite(site, out)
  const html = filesIn(out)['posts/linking/index.html'] ?? ''
  const body = /<div class="prose e-content">(.*?)<\/div>/s.exec(html)?.[1] ?? ''
  return { body, told: told(problems), out, html }
}

/** The address of the first link below the heading that is a number. */
function hrefAfter(body: string, heading: number): string | undefined {
  const text = body.slice(body.indexOf(`>${heading}</h2>`))
  return /<a href="([^"]*)"/.exec(text)?.[1]
}

const LINKS: readonly (readonly [what: string, markdown: string, href: string])[] = [
  ['a file beside this one', '[a](hello.md)', '/posts/hello/'],
  ['a file in another folder', '[a](../notes/later.md)', '/notes/later/'],
  ['a heading of another file', '[a](hello.md#part-one)', '/posts/hello/#part-one'],
  ['a file by its place below content/', '[a](/posts/hello.md)', '/posts/hello/'],
  ['a file that stands for its folder', '[a](trip/index.md)', '/posts/trip/'],
  ['a file of no kind but pages', '[a](../about.md)', '/about/'],
  ['a page by its path', '[a](/posts/hello/)', '/posts/hello/'],
  ['a page without its last slash', '[a](/posts/hello)', '/posts/hello'],
  ['a page as a browser would find it from this page', '[a](../hello/#part-one)', '/posts/hello/#part-one'],
  ['a list', '[a](/posts/)', '/posts/'],
  ['a download beside this file, with a space in its name', '[a](my%20pier.svg)', '/posts/my%20pier.svg'],
  ['a download in media/', '[a](../../media/hill.svg?x=1#y)', '/media/hill.svg?x=1#y'],
  ['the comments, which the theme makes', '[a](hello.md#comments)', '/posts/hello/#comments'],
  ['what the gateway answers', '[a](/-/comment.create)', '/-/comment.create'],
  ['another site', '[a](https://example.com/x.md#y)', 'https://example.com/x.md#y'],
  ['a place in this text', '[a](#ich--du)', '#ich--du'],
  ['a raw element', '<a href="hello.md">a</a>', '/posts/hello/'],
  ['a reference', '[a][b]\n\n[b]: hello.md', '/posts/hello/'],
]

describe('A link', () => {
  const all = build(
    ['## Ich & Du', ...LINKS.map(([, markdown], at) => `# ${at}\n\n${markdown.replaceAll('[b]', `[${at}]`)}`)].join('\n\n'),
  )

  test.each(LINKS.map((link, at) => [...link, at] as const))('to %s leads there', async (_what, _markdown, href, at) => {
    const { body } = await all

    expect(hrefAfter(body, at)).toBe(href)
  })

  test('that leads somewhere is nothing to tell', async () => {
    expect((await all).told).toEqual([])
  })

  test('that leads nowhere is told with its file and line, and what was probably meant', async () => {
    const lines = [
      '[a](helo.md) and',
      '[b](/posts/helo/).',
      '',
      '[c](hello.md#part-on)',
      '',
      '<p><a href="/nowhere.pdf">d</a></p>',
      '',
      '[e](#here)',
      '',
      '[f](../note/later.md)',
    ]

    const { told, html } = await build(lines.join('\n'))

    expect(told).toEqual([
      'content/posts/linking.md:13 links/missing-anchor `#here` leads nowhere: nothing on this page has that id.',
      'content/posts/linking.md:6 links/missing-page `helo.md` leads nowhere: there is no entry `content/posts/helo.md`. Did you mean `content/posts/hello.md`?',
      'content/posts/linking.md:7 links/missing-page `/posts/helo/` leads nowhere: the site has neither a page nor a file there. Did you mean `/posts/hello/`?',
      'content/posts/linking.md:9 links/missing-anchor `#part-on` leads nowhere: nothing on the page /posts/hello/ has that id.',
      'content/posts/linking.md:11 links/missing-page `/nowhere.pdf` leads nowhere: the site has neither a page nor a file there.',
      'content/posts/linking.md:15 links/missing-page `../note/later.md` leads nowhere: there is no entry `content/note/later.md`. Did you mean `content/notes/later.md`?',
    ])
    expect(html).toContain('<a href="helo.md">a</a>')
  })

  test('from front matter to a picture that is not there is told with the line that names it', async () => {
    const pictured = '---\ntitle: Pictured\ndate: 2024-01-01\nimage: trip/boot.svg\n---\nWords.\n'

    const { told } = await build('Words.', { 'content/posts/pictured.md': pictured })

    expect(told).toEqual([
      'content/posts/pictured.md:4 links/missing-image `trip/boot.svg` leads nowhere: the site has neither a page nor a file there. Did you mean `/posts/trip/boat.svg`?',
    ])
  })

  test('is told with the first thousand of its page where there are more', async () => {
    const { told } = await build('[a](b)\n'.repeat(2_000))

    expect(told).toHaveLength(1001)
    expect(told.at(-1)).toBe('/posts/linking/:undefined render/more 1000 more like these are on this page.')
  })

  test('to a draft is told as such', async () => {
    const draft = '---\ntitle: Draft\ndate: 2024-01-01\ndraft: true\n---\n'

    const { told } = await build('[a](draft.md)', { 'content/posts/draft.md': draft })

    expect(told).toEqual([
      'content/posts/linking.md:6 links/not-shown `draft.md` leads to an entry that is not shown yet: a draft, or one with a date to come.',
    ])
  })

  test('in a feed is whole, and its faults are told once', async () => {
    const { out, told } = await build('[a](hello.md) [b](../hello/) [c](gone.md)')

    expect(filesIn(out)['feed.json']).toContain('<a href=\\"https://example.org/posts/hello/\\">b</a>')
    expect(told.length).toBe(1)
  })
})

const PICTURES: readonly (readonly [where: string, markdown: string, src: string])[] = [
  ['beside its file', '![A boat](my%20pier.svg "T")', '/posts/my%20pier.svg'],
  ['in its file’s folder', '![A boat](trip/boat.svg)', '/posts/trip/boat.svg'],
  ['in media/', '![A boat](../../media/hill.svg)', '/media/hill.svg'],
  ['at its public path', '![A boat](/media/hill.svg)', '/media/hill.svg'],
  ['in raw HTML', '<img src="trip/boat.svg" alt="A boat">', '/posts/trip/boat.svg'],
]

describe('A picture', () => {
  const all = build(PICTURES.map(([, markdown]) => markdown).join('\n\n'))

  test.each(PICTURES.map((picture, at) => [...picture, at] as const))('%s is shown', async (_where, _markdown, src, at) => {
    const { body, told } = await all
    const pictures = body.match(/<img [^>]*>/g) ?? []

    expect(told).toEqual([])
    expect(pictures[at]).toContain(`src="${src}"`)
    expect(pictures[at]).toContain('alt="A boat"')
    expect(pictures[at]?.includes('loading="lazy"')).toBe(at > 0)
  })

  test('that is not there is told with its file and line, and what was probably meant', async () => {
    const { told, body } = await build('Words.\n\n![A boat](trip/baot.svg)')

    expect(told).toEqual([
      'content/posts/linking.md:8 links/missing-image `trip/baot.svg` leads nowhere: the site has neither a page nor a file there. Did you mean `/posts/trip/boat.svg`?',
    ])
    expect(body).toContain('<img src="trip/baot.svg" alt="A boat"')
  })
})

describe('With a cache', () => {
  async function rebuilt(before: Readonly<Record<string, string>>, changes: Readonly<Record<string, string | null>>) {
    const [site, out] = [siteFolder({ ...SITE, ...before }), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    const first = await buildSite(site, out, { cacheFile })
    writeFiles(site, changes)
    const second = await buildSite(site, out, { cacheFile })
    const third = await buildSite(site, out, { cacheFile })
    const fresh = await buildSite(site, newFolder('out'))
    expect(told(second.problems)).toEqual(told(fresh.problems))
    expect(told(third.problems)).toEqual(told(second.problems))
    return { first: told(first.problems), second: told(second.problems), written: second.written, third }
  }

  test('a page that goes is missed by those that link to it, by file or by path', async () => {
    const linking = { 'content/posts/a.md': post('[a](hello.md)', 'A'), 'content/posts/b.md': post('[b](/posts/hello/)', 'B') }

    const { first, second, third } = await rebuilt(linking, { 'content/posts/hello.md': null })

    expect(first).toEqual([])
    expect(second).toEqual([
      expect.stringMatching(/a\.md:6 links\/missing-page `hello\.md`/),
      expect.stringMatching(/b\.md:6 links\/missing-page `\/posts\/hello\/`/),
    ])
    expect(third).toMatchObject({ rendered: 0 })
  })

  test('a page that comes mends the links to it', async () => {
    const linking = { 'content/posts/a.md': post('[a](new.md) [b](/posts/new/) ![c](new.svg)', 'A') }

    const { first, second } = await rebuilt(linking, {
      'content/posts/new.md': post('', 'New'),
      'content/posts/new.svg': '<svg/>',
    })

    expect(first.length).toBe(3)
    expect(second).toEqual([])
  })

  test('a page whose file has an error is missed', async () => {
    const { second } = await rebuilt(
      { 'content/posts/a.md': post('[a](hello.md)', 'A') },
      { 'content/posts/hello.md': '---\ntitle: [\n---\n' },
    )

    expect(second.filter((line) => line.includes('a.md'))).toEqual([
      'content/posts/a.md:6 links/missing-page `hello.md` leads nowhere: errors in `content/posts/hello.md` keep it from the site.',
    ])
  })

  test('a hint follows what the site has since, although the page that links is the same', async () => {
    const linking = { 'content/posts/a.md': post('[a](nwe.md) [b](/posts/nwe/)', 'A') }

    const { first, second } = await rebuilt(linking, { 'content/posts/new.md': post('', 'New') })

    expect(first.join()).not.toContain('Did you mean')
    expect(second).toEqual([
      expect.stringContaining('Did you mean `content/posts/new.md`?'),
      expect.stringContaining('Did you mean `/posts/new/`?'),
    ])
  })

  test('a heading that is renamed is missed', async () => {
    const linking = { 'content/posts/a.md': post('[a](hello.md#part-one)', 'A') }

    const { second } = await rebuilt(linking, { 'content/posts/hello.md': post('## Part two') })

    expect(second).toEqual([expect.stringMatching(/a\.md:6 links\/missing-anchor/)])
  })

  test('a page whose address changes takes the links to its file along', async () => {
    const [site, out] = [siteFolder({ ...SITE, 'content/posts/a.md': post('[a](hello.md)', 'A') }), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    writeFiles(site, { 'content/posts/hello.md': '---\ntitle: Hello\ndate: 2024-01-01\nslug: good-day\n---\n' })

    await buildSite(site, out, { cacheFile })

    expect(filesIn(out)['posts/a/index.html']).toContain('href="/posts/good-day/"')
  })

  test('a page whose text changes leaves those that link to it alone', async () => {
    const linking = { 'content/posts/a.md': post('[a](hello.md#part-one)', 'A') }

    const { written } = await rebuilt(linking, { 'content/posts/hello.md': post('---\n\n## Part one\n\nOther words.') })

    expect(written).toContain('posts/hello/index.html')
    expect(written).not.toContain('posts/a/index.html')
  })
})
