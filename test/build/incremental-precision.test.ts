import { beforeAll, describe, expect, test } from 'vitest'
import type { CompiledTheme } from '../../src/render/theme/types.ts'
import { type Answer, keysOf, openGuest, type RunningGuest, statuses, syncOf, writeOf } from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'

// What search adds has tests of its own, in test/features/search.test.ts.
const CONFIG = 'search: false\ntitle: Precise\nurl: https://example.org\npostsPerPage: 2\n'
const OPEN = `${CONFIG}comments: { moderation: open }\n`

interface PostFields {
  readonly title?: string
  readonly tags?: string
  readonly body?: string
}

/** Post `n` of a row of posts, one a day. The description is given, so that the body alone decides nothing else. */
function post(n: number, { title = `Post ${n}`, tags = 'red', body = 'Words.' }: PostFields = {}): string {
  return `---\ntitle: ${title}\ndate: 2024-01-${String(n).padStart(2, '0')}\ntags: [${tags}]\ndescription: About ${n}.\n---\n${body}\n`
}

const SITE = {
  'site.yaml': OPEN,
  'content/about.md': '# About\n\nWords.',
  'content/posts/p1.md': post(1),
  'content/posts/p2.md': post(2, { tags: 'blue' }),
  'content/posts/p3.md': post(3),
  'content/posts/p4.md': post(4),
  'content/posts/p5.md': post(5),
  'content/notes/n1.md': '---\ntitle: Note\ndate: 2024-01-01\n---\nWords.',
}

let theme: CompiledTheme
let guest: RunningGuest

beforeAll(async () => {
  theme = await themeOf('plain')
})

/** A guest that holds the site above, all of it published. */
async function published(files: Readonly<Record<string, string>> = SITE): Promise<RunningGuest> {
  const running = openGuest()
  const answer = await running.apply([syncOf(files, theme)])
  expect(statuses(answer.receipts)).toEqual(['applied'])
  await running.acknowledge(answer.outbox)
  return running
}

async function sync(files: Readonly<Record<string, string | null>>): Promise<Answer> {
  const answer = await guest.apply([syncOf(files)])
  expect(statuses(answer.receipts)).toEqual(['applied'])
  await guest.acknowledge(answer.outbox)
  return answer
}

/** The feeds of the site and of these tags. */
const feeds = (...tags: readonly string[]): string[] =>
  ['', ...tags.map((tag) => `tags/${tag}/`)].flatMap((base) => ['feed.json', 'feed.xml', 'rss.xml'].map((file) => base + file))

describe('Pages affected by a write', () => {
  test('a comment renders the page it is on and no other', async () => {
    guest = await published()

    const answer = await guest.apply([
      writeOf('comment.create', { page: '/posts/p3/', parent: null, name: 'Ann', email: '', text: 'Hello' }),
    ])

    expect(answer.rendered).toBe(1)
    expect(keysOf(answer)).toEqual(['posts/p3/index.html'])
  })

  test('a held comment makes its own page and changes no other that readers may see', async () => {
    guest = await published({ ...SITE, 'site.yaml': `${CONFIG}comments: { moderation: hold }\n` })

    const answer = await guest.apply([
      writeOf(
        'comment.create',
        { page: '/posts/p3/', parent: null, name: 'Ann', email: '', text: 'Hello' },
        { actor: { role: 'visitor' } },
      ),
    ])

    expect(answer).toMatchObject({ rendered: 2, receipts: [{ status: 'applied', result: { state: 'held' } }] })
    expect(keysOf(answer)).toEqual([expect.stringMatching(/^comments\/held\//), 'private/comments/held.json'])
  })

  test('twenty comments on one post render its page once', async () => {
    guest = await published()
    const comments = Array.from({ length: 20 }, (_, index) =>
      writeOf('comment.create', { page: '/posts/p1/', parent: null, name: 'Ann', email: '', text: `Comment ${index}` }),
    )

    const answer = await guest.apply(comments)

    expect(answer.rendered).toBe(1)
    expect(answer.receipts).toHaveLength(20)
  })

  test('a change of a body renders the post and the feeds that hold it, its tag’s among them', async () => {
    guest = await published()

    const answer = await sync({ 'content/posts/p2.md': post(2, { tags: 'blue', body: 'Other words.' }) })

    expect(answer.rendered).toBe(7)
    expect(keysOf(answer)).toEqual([...feeds('blue'), 'posts/p2/index.html'].toSorted())
  })

  test('a change of an old post’s body leaves the feeds alone', async () => {
    const many = Object.fromEntries(Array.from({ length: 22 }, (_, n) => [`content/posts/p${n + 1}.md`, post(n + 1)]))
    guest = await published({ 'site.yaml': OPEN, ...many })

    const answer = await sync({ 'content/posts/p2.md': post(2, { body: 'Other words.' }) })

    expect(answer.rendered).toBe(1)
    expect(keysOf(answer)).toEqual(['posts/p2/index.html'])
  })

  test('a new newest post that fills a list page changes what shows it and the page before, which now leads to it', async () => {
    guest = await published()

    const answer = await sync({ 'content/posts/p6.md': post(6, { tags: 'blue' }) })

    // p2 was the first with its tag and is related to the next. The third full page of posts begins with p6, and the second, which was the last, now leads to it. `blue` fits on its front.
    expect(keysOf(answer).toSorted()).toEqual(
      [
        'archive/2024/index.html',
        'archive/index.html',
        ...feeds('blue'),
        'index.html',
        'posts/index.html',
        'posts/p2/index.html',
        'posts/p5/index.html',
        'posts/p6/index.html',
        'posts/page/2/index.html',
        'posts/page/3/index.html',
        'sitemap-post-1.xml',
        'tags/blue/index.html',
        'tags/index.html',
      ].toSorted(),
    )
    expect(answer.rendered).toBe(answer.objects.size)
  })

  test('a new newest post that fills no list page changes no numbered one and no page of another tag', async () => {
    guest = await published()
    await sync({ 'content/posts/p6.md': post(6, { tags: 'blue' }) })

    const answer = await sync({ 'content/posts/p7.md': post(7, { tags: 'green' }) })

    expect(keysOf(answer)).toEqual(
      [
        'archive/2024/index.html',
        'archive/index.html',
        ...feeds('green'),
        'index.html',
        'posts/index.html',
        'posts/p6/index.html',
        'posts/p7/index.html',
        'sitemap-post-1.xml',
        'tags/green/index.html',
        'tags/index.html',
      ].toSorted(),
    )
    expect(answer.rendered).toBe(answer.objects.size)
  })

  test('another title reaches the post, its neighbours, the lists that hold it and the feeds', async () => {
    guest = await published()

    const answer = await sync({ 'content/posts/p3.md': post(3, { title: 'Renamed' }) })

    expect(keysOf(answer)).toEqual(
      [
        'archive/2024/index.html',
        ...feeds('red'),
        'index.html',
        // A neighbour, or one that has it among its related posts.
        ...[1, 2, 3, 4, 5].map((n) => `posts/p${n}/index.html`),
        'posts/index.html',
        'posts/page/2/index.html',
        'tags/red/page/1/index.html',
      ].toSorted(),
    )
    expect(answer.rendered).toBe(answer.objects.size)
  })

  test('another component renders the pages whose template uses it', async () => {
    guest = await published()

    const answer = await guest.apply([syncOf({}, await themeOf('byline'))])

    expect(keysOf(answer)).toEqual(['notes/n1/index.html', ...[1, 2, 3, 4, 5].map((n) => `posts/p${n}/index.html`)])
    expect(answer.rendered).toBe(6)
  })

  test('the same file again renders nothing', async () => {
    guest = await published()

    const answer = await sync({ 'content/posts/p3.md': post(3), 'site.yaml': OPEN })

    expect(answer).toMatchObject({ rendered: 0, removed: [] })
  })

  test('a setting that no page’s result follows from stops at the queries that read it', async () => {
    guest = await published()

    const answer = await sync({ 'site.yaml': `${CONFIG}comments: { open: true, moderation: hold }\n` })

    expect(answer.rendered).toBe(0)
  })

  test('a menu that is written as it was derived renders nothing', async () => {
    guest = await published()

    const answer = await sync({
      'site.yaml': `${CONFIG}menu: [{ title: Posts, path: /posts/ }, { title: Notes, path: /notes/ }]\n`,
    })

    expect(answer.rendered).toBe(0)
  })
})
