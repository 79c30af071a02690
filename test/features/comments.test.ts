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

const CONFIG = 'title: A site\nurl: https://example.org\n'
const POST = '---\ntitle: Hello\ndate: 2024-01-01\n---\nWords.\n'
const CLOSED = POST.replace('title', 'comments: no\ntitle')
const PAGE = 'posts/hello/index.html'

let guest: RunningGuest

async function holding(files: Readonly<Record<string, string>>): Promise<void> {
  guest = openGuest()
  const answer = await apply(syncOf({ 'site.yaml': CONFIG, 'content/posts/hello.md': POST, ...files }, await themeOf('plain')))
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

const row = fc.record({ state: fc.constantFrom<CommentState>('shown', 'shown', 'held', 'deleted'), answers: fc.nat(9) })

/** Comments as they come to be: each answers an earlier one, or none. */
const rows = fc.array(row, { maxLength: 14 }).map((all) =>
  all.map(({ state, answers }, index): Comment => {
    const parent = answers < index ? index - answers : null
    return {
      number: index + 1,
      entry: 'post/hello',
      parent,
      author: 'Ann',
      email: '',
      text: '',
      html: '',
      date: '',
      byOwner: false,
      state,
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
      parent: number === 1 ? null : number - 1,
      author: `Ann ${number}`,
      email: '',
      text: '',
      html: '',
      date: '',
      byOwner: false,
      state: number === 5 ? 'deleted' : 'shown',
    }),
  )

  const deepest = threadOf(chain)[0]?.replies[0]?.replies[0]?.replies

  expect(threadOf(chain)[0]?.replies[0]?.answers).toBe(null)
  expect(deepest?.map(({ number, answers }) => ({ number, answers }))).toEqual([
    { number: 4, answers: null },
    { number: 5, answers: { anchor: 'comment-4', author: 'Ann 4' } },
    { number: 6, answers: { anchor: 'comment-5', author: null } },
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
