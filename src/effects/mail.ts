import { hash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import * as v from 'valibot'
import type { Performer } from '../dispatch/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Effect } from '../protocol/types.ts'

interface MailOptions {
  /** Such as `smtps://user:password@mail.example.org`: what nodemailer takes, https://nodemailer.com/smtp/ */
  readonly smtpUrl: string
}

const TIMEOUT_MS = 20_000

/** One line: what stands in a header can't begin another. */
const line = v.pipe(
  v.string(),
  v.maxLength(400),
  v.check((text) => !/\p{Cc}/u.test(text), 'a line break or control character'),
)
const address = v.pipe(line, v.regex(/^[^\s@,;<>"]+@[^\s@,;<>"]+$/, 'no e-mail address'))

/** What an effect `mail` carries. */
const mail = v.object({
  from: v.object({ name: line, address }),
  to: address,
  replyTo: v.optional(address),
  subject: line,
  text: v.pipe(v.string(), v.maxLength(100_000)),
  /** Where a POST with one click ends mails of this kind. */
  unsubscribe: v.optional(v.pipe(line, v.regex(/^https?:\/\/[^\s<>,]+$/, 'no address'))),
})

/**
 * Sends mails by SMTP. The Message-ID follows from the effect's id: should a mail go out twice, since the server took it and we died before we noted it, whoever gets
 * both can tell that they are one. Throws `mail-failed`, which may be tried again, and `mail-refused`.
 */
export function mailPerformer({ smtpUrl }: MailOptions): Performer & { close(): void } {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    kind: 'mail',
    async perform(effect) {
      const parsed = v.safeParse(mail, effect.payload)
      if (!parsed.success) {
        const [issue] = parsed.issues
        throw new DrowseError(
          'mail-refused',
          `The mail ${effect.id} was not sent: its ${v.getDotPath(issue) ?? 'whole'} is ${issue.message}.`,
        )
      }
      const { from, to, replyTo, subject, text, unsubscribe } = parsed.output
      const messageId = messageIdOf(effect, from.address)
      const headers = { 'Auto-Submitted': 'auto-generated', ...(unsubscribe === undefined ? {} : oneClick(unsubscribe)) }
      const answering = replyTo === undefined ? {} : { replyTo: { name: '', address: replyTo } }
      await transport
        .sendMail({ from, to: { name: '', address: to }, ...answering, subject, text, messageId, headers })
        .catch((cause: unknown) => {
          throw sendingError(cause, effect)
        })
      return null
    },
    close: () => transport.close(),
  }
}

/** https://www.rfc-editor.org/rfc/rfc8058 */
function oneClick(url: string): Readonly<Record<string, string>> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}

function messageIdOf({ id }: Effect, from: string): string {
  return `<${hash('sha256', id).slice(0, 40)}@${from.slice(from.lastIndexOf('@') + 1)}>`
}

/** A server that refuses this very mail for good will not take it tomorrow; anything else may pass. */
function sendingError(cause: unknown, { id }: Effect): DrowseError {
  const { code, responseCode } = Object(cause)
  const message = cause instanceof Error ? cause.message : String(cause)
  const isRefused = (code === 'EENVELOPE' || code === 'EMESSAGE') && Number(responseCode) >= 500
  if (isRefused) return new DrowseError('mail-refused', `The mail server refused the mail ${id}: ${message}`, { cause })
  return new DrowseError('mail-failed', `The mail ${id} could not be sent yet: ${message}`, {
    cause,
    hint: 'It is kept and tried again. Check DROWSE_SMTP_URL if this goes on.',
  })
}
