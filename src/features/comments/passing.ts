import type { Timed } from '../types.ts'
import { subscribers } from './subscribers.ts'
import { comments, emptied, putComment } from './tables.ts'

const DAY_MS = 86_400_000
/** So long a comment may wait for the owner. */
const HELD_DAYS = 30

/** What time does to comments: what was held too long goes, and so do addresses that nobody wants mails at. */
export const passing: Timed = {
  due(read) {
    const dues = [heldDue(read), subscriberDue(read)].flatMap((due) => due?.at ?? [])
    return dues.toSorted()[0] ?? null
  },
  pass({ change, now }) {
    for (let due = heldDue(change); due !== null && due.at <= now; due = heldDue(change)) putComment(change, emptied(due.comment))
    for (let due = subscriberDue(change); due !== null && due.at <= now; due = subscriberDue(change))
      change.remove(subscribers, due.token)
  },
}

type Reading = Parameters<Timed['due']>[0]

function heldDue(read: Reading) {
  const [spot] = read.list(comments.indexes.heldSince, '', { limit: 1 })
  const comment = spot ? read.row(comments, spot.key) : null
  if (comment === null) return null
  const since = comment.heldSince ?? comment.date
  return { comment, at: new Date(Date.parse(since) + HELD_DAYS * DAY_MS).toISOString() }
}

function subscriberDue(read: Reading) {
  const [spot] = read.list(subscribers.indexes.byDue, '', { limit: 1 })
  const subscriber = spot ? read.row(subscribers, spot.key) : null
  return subscriber?.until == null ? null : { token: subscriber.token, at: subscriber.until }
}
