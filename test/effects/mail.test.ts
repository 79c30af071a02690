import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mailPerformer } from '../../src/effects/mail.ts'
import type { Json } from '../../src/protocol/types.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'

let box: Mailbox
let performer: ReturnType<typeof mailPerformer>

beforeEach(async () => {
  box = await startMailbox()
  performer = mailPerformer({ smtpUrl: box.url })
})
afterEach(async () => {
  performer.close()
  await box.close()
})

const PAYLOAD = {
  from: { name: 'Лавка “Owl” & Co', address: 'shop@example.org' },
  to: 'ann@example.com',
  subject: 'Заказ 3, €12.50',
  text: 'Привет\n.\nA line of its own dot above.\n',
}
const effect = (payload: { readonly [key: string]: Json } = {}, id = 'order/1/x/2/buyer') => ({
  id,
  kind: 'mail',
  payload: { ...PAYLOAD, ...payload },
})

describe('A mail', () => {
  test('arrives with all its letters, and says that a program wrote it', async () => {
    await performer.perform(effect({ replyTo: 'bea@example.net' }))

    const [{ mail, to } = { mail: null, to: [] }] = box.mails
    expect(to).toEqual(['ann@example.com'])
    expect(mail?.subject).toBe(PAYLOAD.subject)
    expect(mail?.from?.value).toEqual([PAYLOAD.from])
    expect(mail?.replyTo?.value[0]?.address).toBe('bea@example.net')
    expect(mail?.text).toBe(PAYLOAD.text)
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
  })

  test('has the same Message-ID whenever it is sent, and no other has it', async () => {
    await performer.perform(effect())
    await performer.perform(effect())
    await performer.perform(effect({}, 'order/2/x/2/buyer'))

    const [first, again, other] = box.mails.map(({ mail }) => mail.messageId)
    expect(first).toMatch(/^<[0-9a-f]{40}@example\.org>$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test.each([
    ['a recipient with another one behind it', { to: 'a@b.example\r\nBcc: victim@example.net' }],
    ['a recipient that is two', { to: 'a@b.example,victim@example.net' }],
    ['a subject with a header behind it', { subject: 'Hello\nBcc: victim@example.net' }],
    ['a sender’s name with a header behind it', { from: { name: 'A\r\nBcc: victim@example.net', address: 'a@b.example' } }],
    ['an address to answer with a header behind it', { replyTo: 'a@b.example\nX-Evil: 1' }],
    ['a NUL in its subject', { subject: 'a\u0000b' }],
    ['a way to unsubscribe with a header behind it', { unsubscribe: 'https://a.example/\r\nBcc: victim@example.net' }],
    ['a way to unsubscribe that is two', { unsubscribe: 'https://a.example/>, <https://b.example/' }],
    ['a way to unsubscribe that no browser should open', { unsubscribe: 'javascript:alert(1)' }],
  ])('is refused and never sent with %s', async (_, payload) => {
    await expect(performer.perform(effect(payload))).rejects.toMatchObject({ code: 'mail-refused' })

    expect(box.mails).toEqual([])
  })

  test('keeps what looks like headers in its text where it is', async () => {
    await performer.perform(effect({ text: 'Bcc: victim@example.net\r\n\r\n.\r\nQUIT\r\n' }))

    const [{ mail, to } = { mail: null, to: [] }] = box.mails
    expect(to).toEqual(['ann@example.com'])
    expect(mail?.bcc).toBe(undefined)
    expect(mail?.text).toContain('QUIT')
  })
})

describe('A mail server', () => {
  test('that will never take a mail makes it refused', async () => {
    box.refusals.push({ code: 550, at: 'recipient' })

    await expect(performer.perform(effect())).rejects.toMatchObject({ code: 'mail-refused' })
  })

  test.each([
    ['is busy', { code: 451, at: 'recipient' as const }],
    ['is full', { code: 452, at: 'data' as const }],
  ])('that %s makes it fail for now', async (_, refusal) => {
    box.refusals.push(refusal)

    await expect(performer.perform(effect())).rejects.toMatchObject({ code: 'mail-failed' })
    await performer.perform(effect())
    expect(box.mails).toHaveLength(1)
  })

  test('that is not there makes it fail for now', async () => {
    await box.close()

    await expect(performer.perform(effect())).rejects.toMatchObject({ code: 'mail-failed' })
  })
})
