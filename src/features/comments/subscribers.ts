import { createHmac, randomBytes } from 'node:crypto'
import { prefixOf } from '../../content/place.ts'
import { defineTable } from '../../model/table.ts'
import type { Change } from '../../model/types.ts'

/** An address that somebody wants mails about answers sent to. It gets them once whoever reads its mail has said so. */
export interface Subscriber {
  /** Names its page: 128 bits that only its mails tell. */
  readonly token: string
  readonly email: string
  /** Of the entry it was given on; null for the site's own. */
  readonly language: string | null
  readonly state: 'asked' | 'confirmed' | 'stopped'
  /** When it is forgotten; null for one that is kept. */
  readonly until: string | null
}

/** `byEmail` finds an address however it is spelt. `byDue`: when it is to be forgotten. */
export const subscribers = defineTable<Subscriber, 'byEmail' | 'byDue'>({
  name: 'comment_subscribers',
  key: ({ token }) => token,
  places: {
    byEmail: ({ email }) => [{ group: spelt(email), sort: '' }],
    byDue: ({ until }) => (until === null ? [] : [{ group: '', sort: until }]),
  },
})

/** What is the machine's alone: no page reads it. */
const secrets = defineTable<{ readonly name: string; readonly value: string }>({
  name: 'comment_secrets',
  key: ({ name }) => name,
})

export const SUBSCRIBER_TABLES = [subscribers, secrets]

export function subscriberAt(change: Change, email: string): Subscriber | null {
  const [spot] = change.list(subscribers.indexes.byEmail, spelt(email), { limit: 1 })
  return spot === undefined ? null : change.row(subscribers, spot.key)
}

export function isSameAddress(one: string, other: string): boolean {
  return spelt(one) === spelt(other)
}

/** Where an address’s page is, for those who read its mail. */
export function mailPath({ language, token }: Pick<Subscriber, 'language' | 'token'>): string {
  return `${prefixOf(language)}/comments/mail/${token}/`
}

/**
 * A token that whoever sent the write can't know, since the address they gave need not be theirs. So it doesn't follow from the write, but from a secret that
 * was drawn once.
 */
export function newToken(change: Change, write: string): string {
  const known = change.row(secrets, 'tokens')?.value
  const secret = known ?? randomBytes(32).toString('hex')
  if (known === undefined) change.put(secrets, { name: 'tokens', value: secret })
  return createHmac('sha256', secret).update(`comment.mail ${write}`).digest('hex').slice(0, 32)
}

function spelt(email: string): string {
  return email.normalize('NFKC').toLowerCase()
}
