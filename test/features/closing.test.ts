import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Answer,
  keysOf,
  openGuest,
  type RunningGuest,
  type SentWrite,
  statuses,
  syncOf,
  textOf,
  writeOf,
} from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'

const START = '2024-06-01T12:00:00.000Z'
const END = '2024-06-19T00:00:00.000Z'
const YOUNG = 'posts/young/index.html'
const CLOSED = 'Comments are closed.'

const post = (date: string, more = '') => `---\ntitle: A post\ndate: ${date}\n${more}---\nWords.\n`
const config = (comments: string) => `title: A site\nurl: https://example.org\ncomments: { moderation: open, ${comments} }\n`

const SITE = {
  'site.yaml': config('closeAfter: 30d, perPage: 1'),
  'content/posts/old.md': post('2024-01-01'),
  'content/posts/kept.md': post('2024-01-02', 'comments: yes\n'),
  'content/posts/young.md': post('2024-05-20'),
}

let guest: RunningGuest
let first: Answer

const at = (time: string, { write, blobs }: SentWrite): SentWrite => ({ write: { ...write, acceptedAt: time }, blobs })
const comment = (page: string) =>
  writeOf('comment.create', { page, parent: null, name: 'Ann', email: '', text: 'Hello' }, { actor: { role: 'visitor' } })

async function apply(...writes: readonly SentWrite[]): Promise<Answer> {
  const answer = await guest.apply(writes)
  await guest.acknowledge(answer.outbox)
  return answer
}

beforeEach(async () => {
  guest = openGuest()
  first = await apply(at(START, syncOf(SITE, await themeOf('plain'))))
  expect(statuses(first.receipts)).toEqual(['applied'])
})

describe('Comments that close', () => {
  test('are closed on what is old enough, but not where the entry keeps them open', () => {
    const isClosed = (key: string) => textOf(first, key).includes(CLOSED)

    expect(isClosed('posts/old/index.html')).toBe(true)
    expect(isClosed('posts/kept/index.html')).toBe(false)
    expect(isClosed(YOUNG)).toBe(false)
    expect(textOf(first, 'posts/old/index.html')).not.toContain('<form class="comment-form"')
    expect(first.nextWakeAt).toBe(END)
  })

  test('do so when their time comes, with the pages that have a form and no others', async () => {
    await apply(at(START, comment('/posts/young/')), at(START, comment('/posts/young/')))

    await guest.wake(1, '2024-06-18T23:59:59.999Z')
    const early = await apply()
    await guest.wake(1, END)
    const answer = await apply()

    expect(early).toMatchObject({ rendered: 0, nextWakeAt: END })
    expect(keysOf(answer)).toEqual(['posts/young/comments/1/index.html', YOUNG])
    for (const key of keysOf(answer)) expect(textOf(answer, key)).not.toContain('<form class="comment-form"')
    expect(textOf(answer, YOUNG)).toMatch(/Hello.*Comments are closed\./s)
    expect(answer.nextWakeAt).toBeNull()
  })

  test('take what was sent in time, and refuse what was not', async () => {
    const answer = await apply(
      at(END, comment('/posts/young/')),
      at('2024-06-18T23:59:59.999Z', comment('/posts/young/')),
      at(END, comment('/posts/old/')),
      at(END, comment('/posts/kept/')),
    )

    expect(statuses(answer.receipts)).toEqual(['form-invalid', 'applied', 'form-invalid', 'applied'])
  })

  test('open again with another setting, or another date', async () => {
    await guest.wake(1, END)
    await apply()

    const longer = await apply(at(END, syncOf({ 'site.yaml': config('closeAfter: 31d, perPage: 1') })))
    const never = await apply(at(END, syncOf({ 'site.yaml': config('perPage: 1') })))
    const soon = await apply(at(END, syncOf({ 'site.yaml': config('closeAfter: 1h, perPage: 1') })))
    const dated = await apply(at(END, syncOf({ 'content/posts/old.md': post('2024-06-19') })))

    expect(keysOf(longer)).toEqual([YOUNG])
    expect(longer.nextWakeAt).toBe('2024-06-20T00:00:00.000Z')
    expect(keysOf(never)).toEqual(['posts/old/index.html'])
    expect(textOf(never, 'posts/old/index.html')).not.toContain(CLOSED)
    expect(never.nextWakeAt).toBeNull()
    expect(keysOf(soon)).toEqual(['posts/old/index.html', YOUNG])
    expect(textOf(dated, 'posts/old/index.html')).not.toContain(CLOSED)
    expect(dated.nextWakeAt).toBe('2024-06-19T01:00:00.000Z')
  })

  test('wake nobody where the whole site takes none', async () => {
    const none = await apply(at(START, syncOf({ 'site.yaml': config('open: false, closeAfter: 30d') })))
    const again = await apply(at(START, syncOf({ 'site.yaml': config('closeAfter: 30d') })))

    expect(none.nextWakeAt).toBeNull()
    expect(again.nextWakeAt).toBe(END)
    expect(textOf(again, 'posts/old/index.html')).toContain(CLOSED)
    expect(textOf(again, YOUNG)).not.toContain(CLOSED)
  })

  test('are open again after a clock that was wrong, only by what the site then says', async () => {
    await guest.wake(1, END)
    await apply()

    await guest.wake(1, START)
    expect(await apply()).toMatchObject({ rendered: 0 })
  })
})
