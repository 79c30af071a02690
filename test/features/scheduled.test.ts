import { describe, expect, test } from 'vitest'
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

const BEFORE = '2024-06-01T12:00:00.000Z'
const DUE = '2024-06-02T08:00:00.000Z'

const post = (title: string, date: string, more = '') => `---\ntitle: ${title}\ndate: ${date}\ntags: [owls]\n${more}---\nWords.\n`

const SITE = {
  'site.yaml': 'title: Owls\nurl: https://example.org\n',
  'content/posts/now.md': post('Now', '2024-05-01'),
  'content/posts/later.md': post('Later', DUE),
  'content/posts/half.md': post('Half', '2024-05-02', 'draft: true\n'),
}

const at = (time: string, { write, blobs }: SentWrite): SentWrite => ({ write: { ...write, acceptedAt: time }, blobs })

async function synced(
  files: Readonly<Record<string, string>> = SITE,
): Promise<{ readonly guest: RunningGuest; readonly answer: Answer }> {
  const guest = openGuest()
  const answer = await guest.apply([at(BEFORE, syncOf(files, await themeOf('plain')))])
  expect(statuses(answer.receipts)).toEqual(['applied'])
  await guest.acknowledge(answer.outbox)
  return { guest, answer }
}

/** What the gateway does when the time has come that an answer named. */
async function wokenAt(guest: RunningGuest, time: string): Promise<Answer> {
  await guest.wake(1, time)
  return guest.apply([])
}

describe('A post with a date to come', () => {
  test('is nowhere until then, and the answer says when the machine is to be woken', async () => {
    const { answer } = await synced()

    expect(answer.nextWakeAt).toBe(DUE)
    expect(keysOf(answer).filter((key) => /later|half/.test(key))).toEqual([])
    const pages = [...answer.objects.keys()].map((key) => textOf(answer, key)).join('\n')
    expect(pages).toContain('Now')
    expect(pages).not.toMatch(/Later|Half/)
  })

  test('appears at its time with all that it affects, and the machine asks for no other wake', async () => {
    const { guest } = await synced()

    const answer = await wokenAt(guest, DUE)

    expect(keysOf(answer)).toEqual(
      expect.arrayContaining([
        'feed.json',
        'feed.xml',
        'index.html',
        'posts/index.html',
        'posts/later/index.html',
        'posts/now/index.html',
        'sitemap-post-1.xml',
        'tags/index.html',
        'tags/owls/index.html',
      ]),
    )
    expect(textOf(answer, 'posts/now/index.html')).toContain('/posts/later/')
    expect(answer.nextWakeAt).toBeNull()
  })

  test('stays where it is if the machine is woken early', async () => {
    const { guest } = await synced()

    const answer = await wokenAt(guest, '2024-06-02T07:59:59.999Z')

    expect(answer).toMatchObject({ rendered: 0, nextWakeAt: DUE })
  })

  test('appears with a write that comes after its time, too, and is not hidden by a clock that goes back', async () => {
    const { guest } = await synced()
    const comment = { page: '/posts/now/', parent: null, name: 'Ann', email: '', text: 'Hello' }

    const answer = await guest.apply([at('2024-06-03T00:00:00.000Z', writeOf('comment.create', comment))])
    const later = await wokenAt(guest, BEFORE)

    expect(keysOf(answer)).toContain('posts/later/index.html')
    expect(later).toMatchObject({ rendered: 0, removed: [] })
  })

  test('is kept when it is sent, with a receipt that says when it will be seen', async () => {
    const { guest } = await synced()
    const payload = { path: 'content/posts/soon.md', text: post('Soon', '2024-06-01T13:00:00Z') }

    const answer = await guest.apply([at(BEFORE, writeOf('post.save', payload))])

    expect(answer).toMatchObject({
      receipts: [{ status: 'applied', result: { scheduled: '2024-06-01T13:00:00.000Z' } }],
      nextWakeAt: '2024-06-01T13:00:00.000Z',
      rendered: 0,
    })
  })

  test('takes no comments yet', async () => {
    const { guest } = await synced()
    const comment = { page: '/posts/later/', parent: null, name: 'Ann', email: '', text: 'Hello' }

    const answer = await guest.apply([at(BEFORE, writeOf('comment.create', comment))])

    expect(answer.receipts[0]?.status).toBe('rejected')
  })

  test('that can’t be shown for another page in its place is told of and holds up nothing else', async () => {
    const { guest } = await synced({
      ...SITE,
      'content/posts/rival.md': post('Rival', DUE, 'slug: page/1\n'),
      'content/posts/page.md': post('Pages', '2024-05-03', 'slug: other\n'),
      'content/posts/page/1.txt': 'A file',
      'content/posts/page/1/index.html': 'A file where the post would be',
    })

    const answer = await wokenAt(guest, DUE)
    const again = await wokenAt(guest, '2024-06-04T00:00:00.000Z')

    expect(keysOf(answer)).toContain('posts/later/index.html')
    expect(answer.problems).toMatchObject([{ where: 'content/posts/rival.md', rule: 'schedule/page-conflict' }])
    expect(again).toMatchObject({ problems: answer.problems, nextWakeAt: null })
  })

  test('that waited for another page to go is shown with the write that takes that page away', async () => {
    const { guest } = await synced({
      ...SITE,
      'content/posts/red.md': post('Tagged', '2024-05-03').replace('owls', 'red'),
      'content/tags/red.md': post('Red', DUE),
    })
    const untag = { path: 'content/posts/red.md', text: post('Tagged', '2024-05-03') }

    const clashing = await wokenAt(guest, DUE)
    const mended = await guest.apply([at(DUE, writeOf('post.save', untag))])

    expect(clashing.problems).toMatchObject([{ where: 'content/tags/red.md', rule: 'schedule/page-conflict' }])
    expect(mended.problems).toEqual([])
    expect(mended.rendered).toBeGreaterThan(0)
    expect(textOf(mended, 'tags/red/index.html')).toContain('<h1 class="p-name">Red</h1>')
  })
})
