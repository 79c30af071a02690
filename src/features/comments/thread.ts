import type { Entry } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import type { CommentsView, CommentView } from '../../render/views.ts'
import { avatarOf } from './avatar.ts'
import { areOpen } from './rules.ts'
import { type Comment, comments } from './tables.ts'

/** How deep answers are indented; deeper ones stand beside the one they answer. */
const DEEPEST = 4

/** Whether an entry takes comments, cut off from the rest of the settings. */
const open = defineQuery<string, boolean>('comments-open', (read, id) => {
  const entry = read.row(entries, id)
  return entry !== null && areOpen(read, entry)
})

export const COMMENT_QUERIES = [open] as unknown as readonly Query[]

/** The comments under an entry, or null if it has none and takes none. */
export function commentsOf(read: Read, entry: Entry): CommentsView | null {
  const rows = read.list(comments.indexes.byEntry, entry.id).flatMap(({ key }) => read.row(comments, key) ?? [])
  const takes = read.query(open, entry.id)
  const thread = threadOf(rows)
  const count = rows.filter(({ state }) => state === 'shown').length
  if (!takes && count === 0) return null
  return { count, comments: thread, form: takes ? { action: '/-/comment.create', page: entry.path } : null }
}

/** Answers under what they answer, oldest first. A deleted comment stays only as long as something under it is shown. */
export function threadOf(rows: readonly Comment[]): readonly CommentView[] {
  const present = new Set(rows.map(({ number }) => number))
  const answers = Map.groupBy(rows, ({ parent }) => (parent !== null && present.has(parent) ? parent : null))
  return branch(answers, null, 1)
}

function branch(
  answers: ReadonlyMap<number | null, readonly Comment[]>,
  parent: Comment | null,
  depth: number,
): readonly CommentView[] {
  const beside = depth > DEEPEST ? parent : null
  return (answers.get(parent?.number ?? null) ?? []).flatMap((comment) => {
    const below = branch(answers, comment, depth + 1)
    const deleted = comment.state === 'deleted'
    if (deleted && below.length === 0) return []
    const nested = depth < DEEPEST
    const view = viewOf(comment, beside, nested ? below : [])
    return nested ? [view] : [view, ...below]
  })
}

function viewOf(comment: Comment, beside: Comment | null, replies: readonly CommentView[]): CommentView {
  const deleted = comment.state === 'deleted'
  return {
    anchor: anchorOf(comment),
    number: comment.number,
    author: authorOf(comment),
    avatarHtml: deleted ? '' : avatarOf(comment.author),
    date: comment.date,
    html: comment.html,
    byOwner: comment.byOwner,
    answers: beside === null ? null : { anchor: anchorOf(beside), author: authorOf(beside) },
    replies,
  }
}

function anchorOf({ number }: Comment): string {
  return `comment-${number}`
}

function authorOf({ state, author }: Comment): string | null {
  return state === 'deleted' ? null : author
}
