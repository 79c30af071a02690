import { hash } from 'node:crypto'
import { defineTable } from '../../model/table.ts'
import type { Change } from '../../model/types.ts'

export type CommentState = 'shown' | 'held' | 'deleted'

/** One comment. A deleted one stays as a row, so that answers to it keep their place. */
export interface Comment {
  /** Counted over the whole site, from 1, in the order applied. */
  readonly number: number
  /** The entry it is on. */
  readonly entry: string
  /** Which page of the entry's comments it is on, from 1; null for one that was never shown. It stays there whatever becomes of others. */
  readonly page: number | null
  /** The number of the comment it answers. */
  readonly parent: number | null
  readonly author: string
  /** Never published; '' if none was given. */
  readonly email: string
  /** Whether its writer wants to hear of answers by mail. */
  readonly wantsMail?: boolean
  /** As the visitor wrote it. */
  readonly text: string
  /** Rendered and sanitised. */
  readonly html: string
  readonly date: string
  /** When its writer changed it last. */
  readonly edited: string | null
  readonly byOwner: boolean
  readonly state: CommentState
  /** Since when it has waited for the owner, if it does. */
  readonly heldSince?: string | null
  /** Names the page that its writer alone knows while it is held: 128 bits that follow from the write's unguessable id. */
  readonly token: string
}

/** `byPage` lists what a page shows: not the held ones. `shown` lists what is there to be read: of an entry, and of the whole site as `''`. `held` lists what waits for the owner, `heldSince` by how long it has. `byWriter` finds what is shown by its writer's address. */
export const comments = defineTable<Comment, 'byPage' | 'shown' | 'held' | 'heldSince' | 'byWriter'>({
  name: 'comments',
  key: ({ number }) => String(number),
  places: {
    byPage: ({ state, entry, page, number }) =>
      state === 'held' || page === null ? [] : [{ group: pageKey(entry, page), sort: sortOf(number) }],
    held: ({ state, number }) => (state === 'held' ? [{ group: '', sort: sortOf(number) }] : []),
    byWriter: ({ state, email, number }) =>
      state === 'shown' && email !== '' ? [{ group: folded(email), sort: sortOf(number) }] : [],
    heldSince: ({ state, heldSince, date }) => (state === 'held' ? [{ group: '', sort: heldSince ?? date }] : []),
    shown: ({ state, entry, number }) => (state === 'shown' ? [entry, ''].map((group) => ({ group, sort: sortOf(number) })) : []),
  },
})

/** One page of an entry's comments. The last one is on the entry's own page; a full one has an address of its own from when the next begins. */
export interface CommentPage {
  readonly entry: string
  readonly page: number
  /** How many comments were ever put on it. */
  readonly size: number
  readonly isFull: boolean
}

/** `byEntry` has the first pages of all entries as `''`. */
export const commentPages = defineTable<CommentPage, 'byEntry'>({
  name: 'comment_pages',
  key: ({ entry, page }) => pageKey(entry, page),
  places: {
    byEntry: ({ entry, page }) => [{ group: entry, sort: sortOf(page) }, ...(page === 1 ? [{ group: '', sort: entry }] : [])],
  },
})

/** A held comment, which has a page for its writer. */
export const heldComments = defineTable<{ readonly token: string; readonly number: number }>({
  name: 'held_comments',
  key: ({ token }) => token,
})

/** The last number given. No page reads it. */
const counters = defineTable<{ readonly name: string; readonly value: number }>({ name: 'counters', key: ({ name }) => name })

/** What came from another system, by its name there, so that it comes once. */
export const imported = defineTable<{ readonly source: string; readonly number: number }>({
  name: 'imported_comments',
  key: ({ source }) => source,
})

export const COMMENT_TABLES = [comments, commentPages, heldComments, counters, imported]

/** The same however it is spelt. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/** The token of the comment that this write makes. */
export function tokenOf(write: string): string {
  return hash('sha256', `drowse-comment ${write}`).slice(0, 32)
}

/** A deleted comment: nothing of what its writer gave. */
export function emptied(comment: Comment): Comment {
  return { ...comment, state: 'deleted', author: '', email: '', wantsMail: false, text: '', html: '', heldSince: null }
}

/** Writes a comment, and gives it a page of its own for as long as it is held. */
export function putComment(change: Change, comment: Comment): void {
  const { token, number, state } = comment
  change.put(comments, comment)
  if (state === 'held') change.put(heldComments, { token, number })
  else change.remove(heldComments, token)
}

export function lastNumber(change: Change): number {
  return change.row(counters, 'comments')?.value ?? 0
}

export function nextNumber(change: Change): number {
  const value = lastNumber(change) + 1
  change.put(counters, { name: 'comments', value })
  return value
}

/** The key of a page of comments, and the group of what is on it. */
export function pageKey(entry: string, page: number): string {
  return `${entry} ${page}`
}

export function entryOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf(' '))
}

export function pageOfKey(key: string): number {
  return Number(key.slice(key.lastIndexOf(' ') + 1))
}

function sortOf(number: number): string {
  return String(number).padStart(12, '0')
}
