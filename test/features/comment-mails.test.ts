import { beforeEach, describe, expect, test } from 'vitest'
import type { Effect } from '../../src/protocol/types.ts'
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

const CONFIG = 'title: A site\nurl: https://example.org\nmail: { from: site@example.org }\n'
const POST = '---\ntitle: Hello\ndate: 2024-01-01\n---\nWords.\n'

let guest: RunningGuest

async function apply(...writes: readonly SentWrite[]): Promise<Answer> {
  const answer = await guest.apply(writes)
  await guest.acknowledge(answer.outbox)
  return answer
}

async function holding(config = `${CONFIG}comments: { moderation: open }\n`): Promise<void> {
  guest = openGuest()
  const answer = await apply(syncOf({ 'site.yaml': config, 'content/posts/hello.md': POST }, await themeOf('plain')))
  expect(statuses(answer.receipts)).toEqual(['applied'])
}

const comment = (fields: { readonly [key: string]: string | number | boolean } = {}, id?: string) =>
  writeOf(
    'comment.create',
    { page: '/posts/hello/', parent: null, name: 'Ann', email: 'ann@example.org', mail: true, text: 'Said.', ...fields },
    { actor: { role: 'visitor' }, ...(id === undefined ? {} : { id }) },
  )

const tokenOf = ({ effects }: Answer) => /\/comments\/mail\/([0-9a-f]{32})\//.exec(mailIn(effects).text)?.[1] ?? ''

function mailIn(effects: readonly Effect[]) {
  expect(effects.map(({ kind }) => kind)).toEqual(['mail'])
  return effects[0]?.payload as { to: string; subject: string; text: string }
}

const choice = (token: string, what: 'confirm' | 'stop') =>
  writeOf('comment.mail', { token, do: what, page: true }, { actor: { role: 'visitor' } })

beforeEach(() => holding())

describe('A question whether an address wants mails', () => {
  test('has a page that follows from no id of a write: who sent the comment can’t answer it', async () => {
    const one = tokenOf(await apply(comment({}, 'write-known')))
    await holding()
    const other = tokenOf(await apply(comment({}, 'write-known')))

    expect(one).toMatch(/^[0-9a-f]{32}$/)
    expect(other).not.toBe(one)
  })

  test('is forgotten with its page after a week, and asked again when somebody wants it again', async () => {
    const asked = await apply(comment())
    expect(keysOf(asked)).toContain(`comments/mail/${tokenOf(asked)}/index.html`)
    expect(asked.nextWakeAt).toBe('2024-06-08T12:00:00.000Z')

    await guest.wake(1, asked.nextWakeAt ?? '')
    const later = await apply()
    expect(later.removed).toEqual([`comments/mail/${tokenOf(asked)}/index.html`])
    expect(later.nextWakeAt).toBe(null)
    expect(mailIn((await apply(comment())).effects).to).toBe('ann@example.org')
  })

  test('once answered with no is kept for thirty days, in which nobody can ask again', async () => {
    const token = tokenOf(await apply(comment()))
    const stopped = await apply(choice(token, 'stop'))
    expect(textOf(stopped, `comments/mail/${token}/index.html`)).not.toContain('<form')
    expect(stopped.nextWakeAt).toBe('2024-07-01T12:00:00.000Z')
    expect((await apply(comment())).effects).toEqual([])
    expect(statuses((await apply(choice(token, 'confirm'))).receipts)).toEqual(['page-unknown'])

    await guest.wake(1, stopped.nextWakeAt ?? '')
    await apply()
    expect((await apply(comment())).effects).toHaveLength(1)
  })

  test('once answered with yes is kept for good', async () => {
    const token = tokenOf(await apply(comment()))
    expect((await apply(choice(token, 'confirm'))).nextWakeAt).toBe(null)
  })

  test('that nobody asked can be ended all the same, but not begun', async () => {
    const unknown = 'f'.repeat(32)
    const answer = await apply(choice(unknown, 'stop'), choice(unknown, 'confirm'))
    expect(statuses(answer.receipts)).toEqual(['applied', 'page-unknown'])
  })
})

describe('A site that sends no mails', () => {
  test('has no box for them, and keeps silent for who sends one all the same', async () => {
    await holding('title: A site\nurl: https://example.org\n')
    const answer = await apply(comment())

    expect(answer.effects).toEqual([])
    expect(textOf(answer, 'posts/hello/index.html')).not.toContain('name="mail"')
  })
})

describe('A site whose owner reads first', () => {
  beforeEach(() => holding(`${CONFIG}comments: { moderation: hold }\n`))

  test('asks nobody before the comment is shown', async () => {
    expect((await apply(comment())).effects).toEqual([])

    const shown = await apply(writeOf('comment.moderate', { number: 1, state: 'shown' }))
    expect(mailIn(shown.effects).to).toBe('ann@example.org')
  })

  test('forgets what a held comment says once it has waited for thirty days', async () => {
    const held = await apply(comment({ mail: false }))
    const [page] = keysOf(held).filter((key) => key.startsWith('comments/held/'))
    expect(held.nextWakeAt).toBe('2024-07-01T12:00:00.000Z')

    await guest.wake(1, '2024-06-30')
    expect((await apply()).removed).toEqual([])
    await guest.wake(1, held.nextWakeAt ?? '')
    const gone = await apply()
    expect(gone.removed.toSorted()).toEqual([page, 'private/comments/held.json'])
    expect(gone.nextWakeAt).toBe(null)
    expect(statuses((await apply(writeOf('comment.moderate', { number: 1, state: 'shown' }))).receipts)).toEqual(['form-invalid'])
  })
})
