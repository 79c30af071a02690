import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A real SMTP server that keeps what it is sent. */
export interface Mailbox {
  readonly url: string
  readonly mails: readonly { readonly mail: ParsedMail; readonly raw: string; readonly to: readonly string[] }[]
  /** Answers to the next mails, in the place of taking them. */
  readonly refusals: { readonly code: number; readonly at: 'recipient' | 'data' }[]
  /** Resolves once there are so many. */
  has(count: number): Promise<void>
  close(): Promise<void>
}

export async function startMailbox(): Promise<Mailbox> {
  const mails: { mail: ParsedMail; raw: string; to: readonly string[] }[] = []
  const refusals: Mailbox['refusals'] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const refusal = (at: 'recipient' | 'data') => {
    if (refusals[0]?.at !== at) return null
    const { code } = refusals.shift() ?? { code: 0 }
    return Object.assign(new Error('Not this one.'), { responseCode: code })
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(refusal('recipient')),
    async onData(stream, session, done) {
      const raw = Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>)).toString()
      const refused = refusal('data')
      if (refused) return done(refused)
      mails.push({ mail: await simpleParser(raw), raw, to: session.envelope.rcptTo.map(({ address }) => address) })
      done()
      for (const { count, resolve } of waiting) if (mails.length >= count) resolve()
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refusals,
    has: (count) => (mails.length >= count ? Promise.resolve() : new Promise((resolve) => void waiting.push({ count, resolve }))),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
