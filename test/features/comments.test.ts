import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Comment, CommentState } from '../../src/features/comments/tables.ts'
import { threadOf } from '../../src/features/comments/thread.ts'
import type { CommentView } from '../../src/render/views.ts'
import {
  type Answer,
  openGuest,
  type RunningGuest,
  type SentWrite,
  statuses,
  syncOf,
  textOf,
  writeOf,
} from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'
import { faultsOf } from './feed-rules.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
const OPEN = `${CONFIG}comments: { moderation: open }\n`
const POST = '---\ntitle: Hello\ndate: 2024-01-01\n---\nWords.\n'
const CLOSED = POST.replace('title', 'comments: no\ntitle')
const PAGE = 'posts/hello/index.html'

let guest: RunningGuest

async function holding(files: Readonly<Record<string, string>>): Promise<void> {
  guest = openGuest()
  const answer = await apply(syncOf({ 'site.yaml': OPEN, 'content/posts/hello.md': POST, ...files }, await themeOf('plain')))
  expect(statuses(answer.receipts)).toEqual(['applied'])
}

async function apply(...writes: readonly SentWrite[]): Promise<Answer> {
  const answer = await guest.apply(writes)
  await guest.acknowledge(answer.outbox)
  return answer
}

const comment = (text: string, { page = '/posts/hello/', parent = null as number | null, byOwner = false } = {}) =>
  writeOf(
    'comment.create',
    { page, parent, name: byOwner ? 'Bea' : 'Ann', email: 'ann@example.org', text },
    { actor: { role: byOwner ? 'owner' : 'visitor' } },
  )

const moderate = (number: number, state: CommentState) => writeOf('comment.moderate', { number, state })

beforeEach(() => holding({}))

describe('A comment', () => {
  test('is on its page with its name and its Markdown, but never its e-mail address', async () => {
    const answer = await apply(comment('A *word*, <b>said</b>.'))

    expect(answer.receipts[0]).toMatchObject({
      page: '/posts/hello/',
      anchor: 'comment-1',
      result: { number: 1, state: 'shown' },
    })
    const page = textOf(answer, PAGE)
    expect(page).toContain('A <em>word</em>')
    expect(page).toContain('id="comment-1"')
    expect(page).not.toContain('ann@example.org')
  })

  test('answers only a comment that is shown on the same page', async () => {
    await holding({ 'content/posts/other.md': POST })

    const answer = await apply(
      comment('First'),
      comment('Elsewhere', { page: '/posts/other/', parent: 1 }),
      comment('Answer', { parent: 1 }),
      moderate(1, 'held'),
      comment('Too late', { parent: 1 }),
    )

    expect(statuses(answer.receipts)).toEqual(['applied', 'parent-unknown', 'applied', 'applied', 'parent-unknown'])
    expect(answer.receipts[1]).toMatchObject({
      saying: { key: 'parentGone', values: { number: '1' } },
      hintSaying: { key: 'parentGoneHint' },
    })
  })

  test.each([
    ['a post whose front matter closes them', { 'content/posts/hello.md': CLOSED }, '/posts/hello/'],
    ['a site that closes them', { 'site.yaml': `${CONFIG}comments: { open: false }\n` }, '/posts/hello/'],
    ['a page', { 'content/about.md': '# About' }, '/about/'],
    ['a list', {}, '/posts/'],
    ['a draft', { 'content/posts/hello.md': POST.replace('title', 'draft: true\ntitle') }, '/posts/hello/'],
  ])('is refused by %s', async (_, files, page) => {
    await holding(files)

    const answer = await apply(comment('Hello', { page }))

    expect(answer.receipts[0]?.status).toBe('rejected')
  })

  test('waits for the owner where the site holds new ones, but not the owner’s own', async () => {
    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: hold }\n` })

    const held = await apply(comment('Mine'))
    const own = await apply(comment('Welcome', { byOwner: true }))
    const shown = await apply(moderate(1, 'shown'))

    expect(held.receipts[0]).toMatchObject({ status: 'applied', result: { state: 'held' } })
    expect(textOf(own, PAGE)).not.toContain('Mine')
    expect(textOf(own, PAGE)).toContain('Welcome')
    expect(textOf(shown, PAGE)).toContain('Mine')
  })

  test('that is deleted leaves neither text nor name, and can’t come back', async () => {
    await apply(comment('Regrettable'))

    const answer = await apply(moderate(1, 'deleted'), moderate(1, 'shown'), moderate(1, 'deleted'))

    expect(statuses(answer.receipts)).toEqual(['applied', 'form-invalid', 'applied'])
    expect(textOf(answer, PAGE)).not.toMatch(/Regrettable|Ann/)
    expect(JSON.stringify(guest.database.all('SELECT row FROM r_comments'))).not.toMatch(/Regrettable|Ann|ann@/)
  })

  test('that is deleted keeps its place while an answer to it is shown', async () => {
    await apply(comment('Question'), comment('Answer', { parent: 1, byOwner: true }))

    const answered = await apply(moderate(1, 'deleted'))
    const silent = await apply(moderate(2, 'held'))

    expect(textOf(answered, PAGE)).toMatch(/id="comment-1".*id="comment-2".*Answer/s)
    expect(textOf(silent, PAGE)).not.toContain('id="comment-1"')
  })

  test('stays with its post when the post gets another slug only if that is its post again', async () => {
    await apply(comment('Hello'))
    const renamed = POST.replace('title', 'slug: other\ntitle')

    const away = await apply(syncOf({ 'content/posts/hello.md': renamed }))
    const back = await apply(syncOf({ 'content/posts/hello.md': POST }))

    expect(textOf(away, 'posts/other/index.html')).not.toContain('comment-1')
    expect(textOf(back, PAGE)).toContain('comment-1')
  })
})

/** Where each comment is, by the keys of the pages that were sent. */
function places(answer: Answer): Record<string, string[]> {
  const pages = [...answer.objects.keys()].filter((key) => key.endsWith('.html')).sort()
  return Object.fromEntries(
    pages.map((key) => [key, [...textOf(answer, key).matchAll(/id="comment-(\d+)"/g)].map(([, number]) => String(number))]),
  )
}

describe('Pages of comments', () => {
  const OLDER = (page: number) => `posts/hello/comments/${page}/index.html`

  beforeEach(() => holding({ 'site.yaml': `${CONFIG}comments: { moderation: open, perPage: 2 }\n` }))

  test('are counted from the oldest, and the post’s own page has the last', async () => {
    const answer = await apply(...['1', '2', '3', '4', '5'].map((text) => comment(text)))

    expect(places(answer)).toEqual({ [OLDER(1)]: ['1', '2'], [OLDER(2)]: ['3', '4'], [PAGE]: ['5'] })
    expect(textOf(answer, PAGE)).toContain('href="/posts/hello/comments/2/#comments"')
    expect(textOf(answer, OLDER(2))).toMatch(/href="\/posts\/hello\/comments\/1\/#comments".*href="\/posts\/hello\/#comments"/s)
    expect(textOf(answer, OLDER(1))).toContain('href="/posts/hello/comments/2/#comments"')
  })

  test('are written anew one at a time, but for the two where a new one begins', async () => {
    await apply(...['1', '2', '3', '4', '5'].map((text) => comment(text)))

    const added = await apply(comment('6'))
    const begun = await apply(comment('7'))
    const answered = await apply(comment('8', { parent: 1, page: '/posts/hello/comments/1/' }))
    const deleted = await apply(moderate(3, 'deleted'))

    expect(places(added)).toEqual({ [PAGE]: ['5', '6'] })
    expect(places(begun)).toEqual({ [OLDER(2)]: ['3', '4'], [OLDER(3)]: ['5', '6'], [PAGE]: ['7'] })
    expect(places(answered)).toEqual({ [OLDER(1)]: ['1', '8', '2'] })
    expect(places(deleted)).toEqual({ [OLDER(2)]: ['4'] })
  })

  test('are where their writers land', async () => {
    const first = await apply(...['1', '2', '3'].map((text) => comment(text)))
    const answer = await apply(comment('4', { parent: 1 }))
    const moderated = await apply(moderate(2, 'held'))

    expect(first.receipts[2]).toMatchObject({ page: '/posts/hello/', anchor: 'comment-3' })
    expect(answer.receipts[0]).toMatchObject({ page: '/posts/hello/comments/1/', anchor: 'comment-4' })
    expect(moderated.receipts[0]).toMatchObject({ page: '/posts/hello/comments/1/' })
  })

  test('take only so many answers: then those stand on the last, and say what they answer', async () => {
    await apply(...['1', '2', '3'].map((text) => comment(text)))
    await apply(comment('4', { parent: 1 }))

    const answer = await apply(comment('5', { parent: 1 }))

    expect(places(answer)).toEqual({ [PAGE]: ['3', '5'] })
    expect(textOf(answer, PAGE)).toContain('href="/posts/hello/comments/1/#comment-1"')
  })

  test('have room for a held comment when it is shown, not before', async () => {
    await holding({ 'site.yaml': `${CONFIG}comments: { perPage: 2, moderation: hold }\n` })
    await apply(...['1', '2', '3'].map((text) => comment(text)))

    const shown = await apply(moderate(3, 'shown'), moderate(1, 'shown'), moderate(2, 'shown'))

    expect(places(shown)).toEqual({ [OLDER(1)]: ['1', '3'], [PAGE]: ['2'] })
  })

  test('go with their post, and leave a page of the owner’s own alone', async () => {
    await apply(...['1', '2', '3'].map((text) => comment(text)))

    const own = await apply(syncOf({ 'content/posts/hello/comments/1.md': POST.replace('Words', 'My own') }))
    const gone = await apply(syncOf({ 'content/posts/hello/comments/1.md': null, 'content/posts/hello.md': null }))

    expect(statuses(own.receipts)).toEqual(['applied'])
    expect(textOf(own, OLDER(1))).toContain('My own')
    expect(gone.removed).toContain(OLDER(1))
  })

  test('are at hand under a permalink that ends in .html', async () => {
    const permalinks = 'permalinks: { post: "/:slug.html" }\n'
    await holding({ 'site.yaml': `${CONFIG}${permalinks}comments: { moderation: open, perPage: 1 }\n` })
    await apply(comment('1', { page: '/hello.html' }), comment('2', { page: '/hello.html' }))

    const answer = await apply(comment('3', { page: '/hello/comments/1/', parent: 1 }))

    expect(answer.receipts[0]).toMatchObject({ status: 'applied', page: '/hello/comments/1/' })
  })

  test('speak the language of the post', async () => {
    await holding({ 'site.yaml': `${CONFIG}language: ru\ncomments: { moderation: open, perPage: 1 }\n` })

    const answer = await apply(comment('1'), comment('2'))

    expect(textOf(answer, OLDER(1))).toContain('Комментарии, страница 1')
    expect(textOf(answer, PAGE)).toContain('Более ранние комментарии')
  })
})

describe('A held comment', () => {
  const keyOf = (answer: Answer) =>
    `${(answer.receipts[0]?.status === 'applied' && answer.receipts[0].page)?.toString().slice(1)}index.html`

  beforeEach(() => holding({ 'site.yaml': `${CONFIG}comments: { moderation: hold }\n` }))

  test('has a page that nobody can guess, that search engines leave alone, and that is the only one to change', async () => {
    const answer = await apply(comment('Patience'))

    const key = keyOf(answer)
    expect(key).toMatch(/^comments\/held\/[0-9a-f]{32}\/index\.html$/)
    expect([...answer.objects.keys()].sort()).toEqual([key, 'private/comments/held.json'])
    expect(textOf(answer, key)).toContain('Patience')
    expect(textOf(answer, key)).toContain('content="noindex, nofollow"')
    expect(textOf(answer, key)).not.toContain('ann@example.org')
  })

  test.each(['shown', 'deleted'] as const)('has no page any more once it is %s', async (state) => {
    const key = keyOf(await apply(comment('Patience')))

    const answer = await apply(moderate(1, state))

    expect([...answer.removed].sort()).toEqual([key, 'private/comments/held.json'])
  })

  test('is in the owner’s list until it is decided on', async () => {
    const list = (answer: Answer) => JSON.parse(textOf(answer, 'private/comments/held.json'))

    const held = await apply(comment('One'), comment('Two'))
    const decided = await apply(moderate(1, 'shown'))
    const again = await apply(moderate(1, 'held'))

    expect(list(held)).toMatchObject({
      comments: [{ number: 1, text: 'One', email: 'ann@example.org' }, { text: 'Two' }],
      more: false,
    })
    expect(list(decided)).toMatchObject({ comments: [{ number: 2, on: '/posts/hello/' }] })
    expect(list(again)).toMatchObject({ comments: [{ number: 1 }, { number: 2 }] })
  })

  test('beyond the first hundred waits until there is room in the list', async () => {
    await apply(...Array.from({ length: 101 }, (_, index) => comment(`Comment ${index}`)))

    const answer = await apply(comment('One more'))
    const decided = await apply(moderate(1, 'deleted'))

    expect(answer.objects.has('private/comments/held.json')).toBe(false)
    expect(JSON.parse(textOf(decided, 'private/comments/held.json'))).toMatchObject({ more: true })
  })

  test('has none once its post is gone', async () => {
    const key = keyOf(await apply(comment('Patience')))

    const answer = await apply(syncOf({ 'content/posts/hello.md': null }))

    expect(answer.removed).toContain(key)
  })
})

describe('A comment that its writer changes', () => {
  const sent = comment('First', { byOwner: false })
  const at = (minutes: number) => new Date(Date.parse('2030-01-01T00:00:00Z') + minutes * 60_000).toISOString()
  const dated = ({ write, blobs }: SentWrite, minutes: number): SentWrite => ({
    write: { ...write, acceptedAt: at(minutes) },
    blobs,
  })
  const edit = (payload: object, minutes = 1, write = sent.write.id) =>
    dated(writeOf('comment.edit', { number: 1, write, ...payload }, { actor: { role: 'visitor' } }), minutes)

  test('reads as it was changed to, sanitised', async () => {
    await apply(dated(sent, 0))

    const answer = await apply(edit({ delete: false, text: 'Second <script>' }, 15))

    expect(answer.receipts[0]).toMatchObject({ status: 'applied', page: '/posts/hello/', anchor: 'comment-1' })
    expect(textOf(answer, PAGE)).toContain('Second')
    expect(textOf(answer, PAGE)).not.toMatch(/First|<script>/)
  })

  test('leaves nothing behind when it is deleted', async () => {
    await apply(dated(sent, 0))

    const answer = await apply(edit({ delete: true }), edit({ delete: false, text: 'Again' }))

    expect(statuses(answer.receipts)).toEqual(['applied', 'edit-refused'])
    expect(JSON.stringify(guest.database.all('SELECT row FROM r_comments'))).not.toMatch(/First|Ann|ann@/)
  })

  test('stays as it is after fifteen minutes, or for one who is not its writer', async () => {
    await apply(dated(sent, 0))

    const answer = await apply(
      edit({ delete: false, text: 'Late' }, 16),
      edit({ delete: true }, 1, 'anotherwrite'),
      edit({ number: 2, delete: true }),
    )

    expect(statuses(answer.receipts)).toEqual(['edit-refused', 'edit-refused', 'edit-refused'])
  })

  test('stays as it is after the time that the site gives, which may be none', async () => {
    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: open, editFor: 2h }\n` })
    await apply(dated(sent, 0))
    const changes = await apply(edit({ delete: false, text: 'Late' }, 120), edit({ delete: false, text: 'Later' }, 121))
    expect(statuses(changes.receipts)).toEqual(['applied', 'edit-refused'])

    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: open, editFor: 0 }\n` })
    await apply(dated(sent, 0))
    expect(statuses((await apply(edit({ delete: true }, 0))).receipts)).toEqual(['edit-refused'])
  })

  test('is held again where the owner reads them first', async () => {
    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: hold }\n` })
    await apply(dated(sent, 0), moderate(1, 'shown'))

    const answer = await apply(edit({ delete: false, text: 'Advertisement' }))

    expect(answer.receipts[0]).toMatchObject({ result: { state: 'held' } })
    expect(textOf(answer, PAGE)).not.toMatch(/Advertisement|First/)
  })
})

describe('Feeds of comments', () => {
  const FEED = 'posts/hello/comments/feed.xml'
  const ALL = 'comments/feed.xml'
  const textsIn = (feed: string) => [...feed.matchAll(/&lt;p&gt;(.*?)&lt;\/p&gt;/g)].map(([, text]) => text)

  beforeEach(() =>
    holding({
      'site.yaml': `${CONFIG}comments: { moderation: open, feeds: true, perPage: 2 }\n`,
      'content/posts/other.md': POST,
    }),
  )

  test('keep to Atom, hold the newest first, and are named by the page', async () => {
    const answer = await apply(comment('<&> One'), comment('Two'), comment('Elsewhere', { page: '/posts/other/' }))

    expect(faultsOf(textOf(answer, FEED), 'atom')).toEqual([])
    expect(faultsOf(textOf(answer, ALL), 'atom')).toEqual([])
    expect(textsIn(textOf(answer, FEED))).toHaveLength(2)
    expect(textsIn(textOf(answer, ALL)).map((text) => text?.slice(-3))).toEqual(['ere', 'Two', 'One'])
    expect(textOf(answer, PAGE)).toContain(`<a href="/${FEED}">`)
    expect(textOf(answer, PAGE)).toMatch(
      /<link rel="alternate" type="application\/atom\+xml" title="[^"]+" href="\/comments\/feed.xml"/,
    )
    expect(textOf(answer, FEED)).not.toContain('ann@example.org')
  })

  test('leave out what is held, what is deleted, and what is under a post that is gone', async () => {
    await apply(comment('One'), comment('Two'), comment('Three'), comment('Elsewhere', { page: '/posts/other/' }))

    const moderated = await apply(moderate(1, 'held'), moderate(2, 'deleted'))
    const gone = await apply(syncOf({ 'content/posts/other.md': null }))

    expect(textsIn(textOf(moderated, FEED))).toEqual(['Three'])
    expect(textsIn(textOf(moderated, ALL))).toEqual(['Elsewhere', 'Three'])
    expect(textsIn(textOf(gone, ALL))).toEqual(['Three'])
    expect(gone.removed).toContain('posts/other/comments/feed.xml')
  })

  test('keep the id of a comment that moves to a page of its own address', async () => {
    const before = await apply(comment('One'))

    const after = await apply(comment('Two'), comment('Three'))

    const id = '<id>https://example.org/posts/hello/#comment-1</id>'
    expect(textOf(before, FEED)).toContain(id)
    expect(textOf(after, FEED)).toContain(id)
    expect(textOf(after, FEED)).toContain('href="https://example.org/posts/hello/comments/1/#comment-1"')
  })

  test('are not there before the first comment, nor where nobody asked for them', async () => {
    const held = await apply(comment('Held', { page: '/posts/other/' }), moderate(1, 'held'))
    await holding({})
    const off = await apply(comment('One'))

    expect(held.objects.has(FEED)).toBe(false)
    expect([...off.objects.keys()]).toEqual([PAGE])
  })
})

const row = fc.record({ state: fc.constantFrom<CommentState>('shown', 'shown', 'held', 'deleted'), answers: fc.nat(9) })

/** Comments as they come to be: each answers an earlier one, or none. */
const rows = fc.array(row, { maxLength: 14 }).map((all) =>
  all.map(({ state, answers }, index): Comment => {
    const parent = answers < index ? index - answers : null
    return {
      number: index + 1,
      entry: 'post/hello',
      page: 1,
      parent,
      author: 'Ann',
      email: '',
      text: '',
      html: '',
      date: '',
      edited: null,
      byOwner: false,
      state,
      token: '',
    }
  }),
)

function flat(thread: readonly CommentView[], depth = 1): { number: number; deleted: boolean; depth: number; leaf: boolean }[] {
  return thread.flatMap(({ number, author, replies }) => [
    { number, deleted: author === null, depth, leaf: replies.length === 0 },
    ...flat(replies, depth + 1),
  ])
}

test('An answer that stands beside what it answers says what that is', () => {
  const chain = [1, 2, 3, 4, 5, 6].map(
    (number): Comment => ({
      number,
      entry: 'post/hello',
      page: 1,
      parent: number === 1 ? null : number - 1,
      author: `Ann ${number}`,
      email: '',
      text: '',
      html: '',
      date: '',
      edited: null,
      byOwner: false,
      state: number === 5 ? 'deleted' : 'shown',
      token: '',
    }),
  )

  const deepest = threadOf(chain)[0]?.replies[0]?.replies[0]?.replies

  expect(threadOf(chain)[0]?.replies[0]?.answers).toBe(null)
  expect(deepest?.map(({ number, answers }) => ({ number, answers }))).toEqual([
    { number: 4, answers: null },
    { number: 5, answers: { path: '', anchor: 'comment-4', author: 'Ann 4' } },
    { number: 6, answers: { path: '', anchor: 'comment-5', author: null } },
  ])
})

test('A thread has every comment that is shown, once, none that is held, and is at most four deep', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const listed = all.filter(({ state }) => state !== 'held')

      const found = flat(threadOf(listed))

      const shown = listed.filter(({ state }) => state === 'shown').map(({ number }) => number)
      expect(
        found
          .filter(({ deleted }) => !deleted)
          .map(({ number }) => number)
          .toSorted((a, b) => a - b),
      ).toEqual(shown)
      expect(new Set(found.map(({ number }) => number)).size).toBe(found.length)
      expect(Math.max(1, ...found.map(({ depth }) => depth))).toBeLessThanOrEqual(4)
    }),
    { numRuns: 1000 },
  )
})

describe('Rules of the owner', () => {
  const stateOf = ({ receipts }: Answer) =>
    receipts.map((receipt) => (receipt.status === 'applied' ? Object(receipt.result).state : receipt.code))
  const from = (email: string, text = 'Words.') =>
    writeOf('comment.create', { page: '/posts/hello/', parent: null, name: 'Ann', email, text }, { actor: { role: 'visitor' } })

  test('hold what newcomers write, until something with their address was shown', async () => {
    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: first }\n` })
    expect(stateOf(await apply(from('ann@example.org'), from('')))).toEqual(['held', 'held'])

    await apply(moderate(1, 'shown'), moderate(2, 'shown'))
    expect(stateOf(await apply(from('Ann@Example.org'), from(''), from('bob@example.org')))).toEqual(['shown', 'held', 'held'])
    await apply(moderate(1, 'deleted'), moderate(3, 'deleted'))
    expect(stateOf(await apply(from('ann@example.org')))).toEqual(['held'])
  })

  test('hold what has many links or one of the words, and let the rest and the owner pass', async () => {
    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: open, holdWords: [Casino] }\n` })
    const two = 'See https://a.example and [b](https://b.example).'
    const answer = await apply(
      from('', 'One https://a.example link.'),
      from('', two),
      from('', 'The CASINO is open.'),
      from('me@casino.example'),
      from('', 'Nothing.'),
      comment(two, { byOwner: true }),
    )
    expect(stateOf(answer)).toEqual(['shown', 'held', 'held', 'held', 'shown', 'shown'])
  })

  test('let as many links pass as the site says', async () => {
    const links = (count: number) => from('', Array.from({ length: count }, (_, n) => `https://${n}.example`).join(' '))
    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: open, holdLinks: 4 }\n` })
    expect(stateOf(await apply(links(3), links(4)))).toEqual(['shown', 'held'])

    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: open, holdLinks: unlimited }\n` })
    expect(stateOf(await apply(links(50)))).toEqual(['shown'])
  })

  test('judge a changed comment again', async () => {
    await holding({ 'site.yaml': `${CONFIG}comments: { moderation: open, holdLinks: 1 }\n` })
    const sent = from('', 'Harmless.')
    await apply(sent)
    const change = { number: 1, write: sent.write.id, delete: false, text: 'Buy at https://a.example' }
    expect(stateOf(await apply(writeOf('comment.edit', change, { actor: { role: 'visitor' } })))).toEqual(['held'])
  })
})
