import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose, type Embedded, openBackends } from '../../src/cli/embedded.ts'
import { siteApp } from '../../src/cli/site-app.ts'
import { syncFolder } from '../../src/cli/sync-folder.ts'
import { mailPerformer } from '../../src/effects/mail.ts'
import { ownerTokens } from '../../src/gateway/tokens.ts'
import { siteFolder } from '../build/site-folder.ts'
import { type Mailbox, startMailbox } from '../effects/mailbox.ts'
import { newFolder } from '../guest/running-guest.ts'

const ORIGIN = 'https://blog.example'
const SITE = siteFolder({
  'site.yaml': `title: A blog\nurl: ${ORIGIN}\ncomments: { moderation: open, feeds: true }\nlanguages: { ru: { title: Блог } }\nmail: { from: blog@blog.example }\n`,
  'content/posts/hello.md': '---\ntitle: "Hello\\r\\nBcc: victim@example.net"\ndate: 2026-01-01\n---\nWords.\n',
  'content/posts/hello.ru.md': '---\ntitle: Привет\ndate: 2026-01-01\n---\nСлова.\n',
})

const dataDir = newFolder('comment-mails')
let embedded: Embedded
let app: ReturnType<typeof siteApp>
let box: Mailbox
let token: string

beforeAll(async () => {
  box = await startMailbox()
  embedded = await compose({ ...openBackends(dataDir), performers: [mailPerformer({ smtpUrl: box.url })] }, () => undefined)
  embedded.dispatcher.start()
  await syncFolder(SITE, embedded)
  app = siteApp(embedded, { dataDir, origin: ORIGIN, deadlineMs: 60_000 })
  token = ownerTokens(join(dataDir, 'tokens.json')).create('2026-01-01')
}, 60_000)

afterAll(async () => {
  await embedded?.close()
  await box?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const post = (
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { Origin: ORIGIN },
) => Promise.resolve(app.request(ORIGIN + path, { method: 'POST', body: new URLSearchParams(fields), headers }))

const comment = (fields: Readonly<Record<string, string>>) =>
  post('/-/comment.create', { page: '/posts/hello/', name: 'Ann', text: 'A comment.', ...fields })

const pageOf = async (path: string) => await (await app.request(ORIGIN + path)).text()

/** The mails an address got, once there are so many in all. */
async function mailsTo(address: string, all: number) {
  await Promise.race([box.has(all), new Promise((resolve) => setTimeout(resolve, 5000))])
  // One that should not be sent would come now.
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(box.mails.length).toBe(all)
  return box.mails.filter(({ to }) => to.includes(address)).map(({ mail }) => mail)
}

function linkIn(text: string | undefined): string {
  const [link = ''] = /https:\/\/blog\.example\/(?:ru\/)?comments\/mail\/[0-9a-f]{32}\/$/m.exec(text ?? '') ?? []
  expect(link).not.toBe('')
  return link.slice(ORIGIN.length)
}

const tokenIn = (html: string) => /name="token" value="([0-9a-f]{32})"/.exec(html)?.[1] ?? ''

describe('A visitor who wants mails about answers', () => {
  let page = ''

  test('finds a box for it in the form, and has to say where to', async () => {
    expect(await pageOf('/posts/hello/')).toContain('Mail me about answers')

    const answer = await comment({ mail: 'yes' })
    expect(answer.status).toBe(422)
    const html = await answer.text()
    expect(html).toContain('Please say where to send the mails.')
    expect(html).toMatch(/name="mail"[^>]* checked/)
  })

  test('gets one mail that asks whether it is them, without a word of what was typed', async () => {
    expect((await comment({ email: 'Ann@example.org', mail: 'yes', text: 'First.' })).status).toBe(303)
    expect((await comment({ email: 'ann@example.org', mail: 'yes', text: 'Second.' })).status).toBe(303)

    const [asked] = await mailsTo('Ann@example.org', 1)
    expect(asked?.subject).toBe('Mails about answers, A blog')
    expect(asked?.from?.value).toEqual([{ name: 'A blog', address: 'blog@blog.example' }])
    expect(asked?.text).not.toMatch(/Ann|First|Second/)
    page = linkIn(asked?.text)
  })

  test('gets none about answers before they have said so, and looking at the page does not say so', async () => {
    await app.request(ORIGIN + page)
    await app.request(ORIGIN + page, { method: 'HEAD' })
    await comment({ name: 'Bob', parent: '1', text: 'Too early.' })

    expect(await mailsTo('Ann@example.org', 1)).toHaveLength(1)
  })

  test('says so with a button that needs no script', async () => {
    const html = await pageOf(page)
    expect(html).toContain('noindex')
    expect(html).toContain('value="confirm"')
    const answer = await post('/-/comment.mail', { token: tokenIn(html), do: 'confirm' })

    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toContain(page)
    expect(await pageOf(page)).toContain('You get a mail whenever')
  })

  test('hears of an answer once, with ways to end it: a page, and one click (RFC 8058)', async () => {
    const sent = {
      name: 'Bob',
      email: 'bob@example.net',
      parent: '1',
      text: 'I think so too.\n\nBcc: x@example.net',
      key: 'answer',
    }
    for (let time = 0; time < 3; time++) await comment(sent)

    const mails = await mailsTo('Ann@example.org', 2)
    const told = mails.at(-1)
    expect(told?.subject).toBe('An answer to your comment on “Hello Bcc: victim@example.net”')
    expect(told?.text).toMatch(
      /^Bob has answered your comment on “Hello\s+Bcc: victim@example.net”:\n\n> I think so too\.\n> \n> Bcc: x@example\.net\n\n/,
    )
    expect(told?.text).toContain(`${ORIGIN}/posts/hello/#comment-4`)
    expect(told?.text).not.toContain('bob@example.net')
    expect(told?.bcc).toBe(undefined)
    expect(linkIn(told?.text)).toBe(page)
    const { raw, to } = box.mails.at(-1) ?? { raw: '', to: [] }
    expect(to).toEqual(['Ann@example.org'])
    const header = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
    expect(header).toMatch(/^List-Unsubscribe: ?<https:\/\/blog\.example\/-\/comment\.mail\?token=[0-9a-f]{32}&do=stop>$/m)
    expect(header).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m)
    expect(header).not.toMatch(/^Bcc:/im)
  })

  test('hears nothing of their own answers, of answers to others, or of what was written without the box', async () => {
    await comment({ email: 'ann@example.org', parent: '1', text: 'To myself.' })
    await comment({ name: 'Bob', parent: '4', text: 'To Bob.' })
    await comment({ email: 'ann@example.org', text: 'No box.' })
    await comment({ name: 'Bob', parent: '7', text: 'To the one without a box.' })

    expect(await mailsTo('Ann@example.org', 2)).toHaveLength(2)
  })

  test('ends it with the one click of their mail program, which follows no redirect and sends no origin', async () => {
    const { raw } = box.mails.at(-1) ?? { raw: '' }
    const [, url = ''] =
      /<(https:[^>]+)>/.exec(raw.replace(/\r\n[ \t]+/g, ' ').match(/List-Unsubscribe: ?[^\r]*/)?.[0] ?? '') ?? []
    const click = () => post(url.slice(ORIGIN.length), { 'List-Unsubscribe': 'One-Click' }, {})

    expect((await app.request(url)).status).toBe(405)
    expect((await click()).status).toBe(200)
    expect((await click()).status).toBe(200)
    expect(await pageOf(page)).toContain('You get no more mails')
    await comment({ name: 'Bob', parent: '1', text: 'Unheard.' })
    expect(await mailsTo('Ann@example.org', 2)).toHaveLength(2)
  })

  test('is not asked again, and an old link starts nothing', async () => {
    await comment({ email: 'ann@example.org', mail: 'yes', text: 'Somebody types my address again.' })
    const answer = await post('/-/comment.mail', { token: page.split('/').at(-2) ?? '', do: 'confirm' })

    // What was sent before has the answer it had.
    expect(answer.status).toBe(303)
    expect(await pageOf(page)).toContain('You get no more mails')
    expect(await mailsTo('Ann@example.org', 2)).toHaveLength(2)
  })

  test('is written to in the language of the page', async () => {
    await comment({ page: '/ru/posts/hello/', email: 'vera@example.org', mail: 'yes', text: 'Да.' })

    const [asked] = await mailsTo('vera@example.org', 3)
    expect(asked?.subject).toBe('Письма об ответах, A blog')
    expect(asked?.text).toContain('«Привет»')
    const html = await pageOf(linkIn(asked?.text))
    expect(html).toContain('<html lang="ru"')
    expect(html).toContain('Да, присылать')
  })
})

describe('A comment that is held later and shown again', () => {
  test('is not told of twice', async () => {
    const numberIn = (answer: Response) => Number(answer.headers.get('location')?.split('#comment-')[1])
    const own = numberIn(await comment({ email: 'max@example.org', mail: 'yes', text: 'Held soon.' }))
    await mailsTo('max@example.org', 4)
    const [page = ''] = /comments\/mail\/[0-9a-f]{32}/.exec(box.mails.at(-1)?.mail.text ?? '') ?? []
    await post('/-/comment.mail', { token: page.slice(-32), do: 'confirm' })
    const number = numberIn(await comment({ name: 'Bob', parent: String(own), text: 'An answer.' }))
    await mailsTo('max@example.org', 5)

    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json' }
    for (const state of ['held', 'shown']) {
      const body = JSON.stringify({ number, state })
      expect((await app.request(`${ORIGIN}/-/comment.moderate`, { method: 'POST', headers, body })).status).toBe(201)
    }
    expect(await mailsTo('max@example.org', 5)).toHaveLength(2)
  })
})

describe('An address', () => {
  test.each([
    ['with another one behind it', { email: 'a@b.example\r\nBcc: victim@example.net' }],
    ['that is two', { email: 'a@b.example, victim@example.net' }],
    ['in a name with a header behind it', { name: 'Ann\r\nBcc: victim@example.net', email: 'a@b.example' }],
    ['with a NUL', { email: 'a\u0000@b.example' }],
  ])('%s is refused before anything is written', async (_, fields) => {
    const answer = await comment({ mail: 'yes', ...fields })

    expect(answer.status).toBe(422)
    expect(box.mails.length).toBe(5)
  })

  test('is in nothing that is published', () => {
    const store = join(dataDir, 'store')
    const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
    const public_ = files.filter(({ parentPath }) => !parentPath.includes(join('store', 'private')))
    expect(public_.some(({ parentPath }) => parentPath.includes('comments'))).toBe(true)
    const telling = public_.filter(({ parentPath, name }) =>
      /(?:ann|bob|vera|max)@example/i.test(readFileSync(join(parentPath, name), 'latin1')),
    )

    expect(telling.map(({ parentPath, name }) => join(parentPath, name))).toEqual([])
  })
})
