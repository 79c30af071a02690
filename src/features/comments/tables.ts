import { defineTable } from '../../model/table.ts'
import type { Change } from '../../model/types.ts'

export type CommentState = 'shown' | 'held' | 'deleted'

/** One comment. A deleted one stays as a row, so that answers to it keep their place. */
export interface Comment {
  /** Counted over the whole site, from 1, in the order applied. */
  readonly number: number
  /** The entry it is on. */
  readonly entry: string
  /** The number of the comment it answers. */
  readonly parent: number | null
  readonly author: string
  /** Never published; '' if none was given. */
  readonly email: string
  /** As the visitor wrote it. */
  readonly text: string
  /** Rendered and sanitised. */
  readonly html: string
  readonly date: string
  readonly byOwner: boolean
  readonly state: CommentState
}

/** `byEntry` lists what a page shows: not the held ones. */
export const comments = defineTable<Comment, 'byEntry'>({
  name: 'comments',
  key: ({ number }) => String(number),
  places: {
    byEntry: ({ state, entry, number }) => (state === 'held' ? [] : [{ group: entry, sort: sortOf(number) }]),
  },
})

/** The last number given. No page reads it. */
const counters = defineTable<{ readonly name: string; readonly value: number }>({ name: 'counters', key: ({ name }) => name })

export const COMMENT_TABLES = [comments, counters]

export function nextNumber(change: Change): number {
  const value = (change.row(counters, 'comments')?.value ?? 0) + 1
  change.put(counters, { name: 'comments', value })
  return value
}

function sortOf(number: number): string {
  return String(number).padStart(12, '0')
}
