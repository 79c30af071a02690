import type { Entry } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import type { CommentsView, CommentView } from '../../render/views.ts'
import { avatarOf } from './avatar.ts'
import { feedsOf } from './comment-feeds.ts'
import { lastPageOf, type Neighbours, neighboursOf, numberedPath, type Titled } from './pages.ts'
import { commentsShown, type Taking, takingOf } from './rules.ts'
import { type Comment, comments, pageKey } from './tables.ts'

/** How deep answers are indented; deeper ones stand beside the one they answer. */
const DEEPEST = 4

/** Whether an entry takes comments, cut off from the rest of it: for pages that show no more of it. */
const taking = defineQuery<string, Taking>('comments-taking', (read, id) => {
  const entry = read.row(entries, id)
  return entry === null ? 'never' : takingOf(read, entry)
})

export const THREAD_QUERIES = [taking] as unknown as readonly Query[]

/** The last page of the comments under an entry, or null if it has none and never took any. */
export function commentsOf(read: Read, entry: Entry): CommentsView | null {
  const takes = takingOf(read, entry, () => read.query(commentsShown, null).isOpen)
  const last = lastPageOf(read, entry)
  const { page, ...around } = last ?? NO_PAGES
  const view = viewOfPage(read, entry, { ...around, page, path: entry.path, takes, isEmpty: last === null })
  return view.count === 0 && view.older === null && takes === 'never' ? null : view
}

/** What an entry without comments has. */
const NO_PAGES = { page: 1, older: null, newer: null }

/** A full page of comments. */
export function fullPageOf(read: Read, entry: Titled, page: number): CommentsView {
  const takes = read.query(taking, entry.id)
  return viewOfPage(read, entry, {
    ...neighboursOf(read, entry, page),
    page,
    path: numberedPath(entry.path, page),
    takes,
    isEmpty: false,
  })
}

interface CommentPageParts extends Neighbours {
  readonly page: number
  readonly path: string
  readonly takes: Taking
  /** Whether the entry never had a comment that was shown. */
  readonly isEmpty: boolean
}

function viewOfPage(read: Read, entry: Titled, { page, path, older, newer, takes, isEmpty }: CommentPageParts): CommentsView {
  const spots = isEmpty ? [] : read.list(comments.indexes.byPage, pageKey(entry.id, page))
  const rows = spots.flatMap(({ key }) => read.row(comments, key) ?? [])
  const thread = threadOf(rows, ({ parent }) => {
    const answered = parent === null ? null : read.row(comments, String(parent))
    if (answered === null || answered.page === null || answered.page === page || answered.state === 'held') return null
    // Only a page that is full sends answers on.
    return { anchor: anchorOf(answered), author: authorOf(answered), path: numberedPath(entry.path, answered.page) }
  })
  const shown = rows.filter(({ state }) => state === 'shown').length
  const isAll = older === null && newer === null
  const { mails, edits } = read.query(commentsShown, null)
  const form = takes === 'open' ? { action: '/-/comment.create', page: path, mails, edits } : null
  return { count: isAll ? shown : null, page, older, newer, comments: thread, form, feeds: isEmpty ? [] : feedsOf(read, entry) }
}

/** Says what a comment answers that is not among those of its page. */
type Elsewhere = (comment: Comment) => CommentView['answers']

/** Answers under what they answer, oldest first. A deleted comment stays only as long as something under it is shown. */
export function threadOf(rows: readonly Comment[], elsewhere: Elsewhere = () => null): readonly CommentView[] {
  const present = new Set(rows.map(({ number }) => number))
  const answers = Map.groupBy(rows, ({ parent }) => (parent !== null && present.has(parent) ? parent : null))
  return branch({ answers, elsewhere }, null, 1)
}

interface Forest {
  readonly answers: ReadonlyMap<number | null, readonly Comment[]>
  readonly elsewhere: Elsewhere
}

function branch(forest: Forest, parent: Comment | null, depth: number): readonly CommentView[] {
  return (forest.answers.get(parent?.number ?? null) ?? []).flatMap((comment) => {
    const below = branch(forest, comment, depth + 1)
    const deleted = comment.state === 'deleted'
    if (deleted && below.length === 0) return []
    const nested = depth < DEEPEST
    const view = viewOf(comment, answersOf(forest, comment, parent, depth), nested ? below : [])
    return nested ? [view] : [view, ...below]
  })
}

/** What a comment answers, where its place does not tell. */
function answersOf({ elsewhere }: Forest, comment: Comment, parent: Comment | null, depth: number): CommentView['answers'] {
  if (parent === null) return elsewhere(comment)
  return depth > DEEPEST ? { anchor: anchorOf(parent), author: authorOf(parent), path: '' } : null
}

function viewOf(comment: Comment, answers: CommentView['answers'], replies: readonly CommentView[]): CommentView {
  const deleted = comment.state === 'deleted'
  return {
    anchor: anchorOf(comment),
    number: comment.number,
    author: authorOf(comment),
    avatarHtml: deleted ? '' : avatarOf(comment.author),
    date: comment.date,
    html: comment.html,
    byOwner: comment.byOwner,
    answers,
    replies,
  }
}

function anchorOf({ number }: Comment): string {
  return `comment-${number}`
}

function authorOf({ state, author }: Comment): string | null {
  return state === 'deleted' ? null : author
}
