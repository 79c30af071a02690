import type { Entry } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import type { CommentsView, CommentView } from '../../render/views.ts'
import { senderOf } from '../sender.ts'
import { avatarOf } from './avatar.ts'
import { feedsOf } from './comment-feeds.ts'
import { lastPageOf, type Neighbours, neighboursOf, numberedPath, type Titled } from './pages.ts'
import { editFor, type Taking, takingOf } from './rules.ts'
import { type Comment, comments, pageKey } from './tables.ts'

/** How deep answers are indented; deeper ones stand beside the one they answer. */
const DEEPEST = 4

/** Whether an entry takes comments, cut off from the rest of the settings. */
const taking = defineQuery<string, Taking>('comments-taking', (read, id) => {
  const entry = read.row(entries, id)
  return entry === null ? 'never' : takingOf(read, entry)
})

/** Whether visitors can have mails about answers. */
const mails = defineQuery<null, boolean>('comments-mail', (read) => senderOf(read) !== null)

/** Whether visitors can change what they wrote. */
export const edits = defineQuery<null, boolean>('comments-edit', (read) => editFor(read) > 0)

export const THREAD_QUERIES = [taking, mails, edits] as unknown as readonly Query[]

/** The last page of the comments under an entry, or null if it has none and never took any. */
export function commentsOf(read: Read, entry: Entry): CommentsView | null {
  const { page, ...around } = lastPageOf(read, entry)
  const view = viewOfPage(read, entry, { page, ...around, path: entry.path })
  return view.count === 0 && view.older === null && read.query(taking, entry.id) === 'never' ? null : view
}

/** A full page of comments. */
export function fullPageOf(read: Read, entry: Titled, page: number): CommentsView {
  return viewOfPage(read, entry, { page, ...neighboursOf(read, entry, page), path: numberedPath(entry.path, page) })
}

function viewOfPage(
  read: Read,
  entry: Titled,
  { page, path, older, newer }: Neighbours & { readonly page: number; readonly path: string },
): CommentsView {
  const rows = read.list(comments.indexes.byPage, pageKey(entry.id, page)).flatMap(({ key }) => read.row(comments, key) ?? [])
  const thread = threadOf(rows, ({ parent }) => {
    const answered = parent === null ? null : read.row(comments, String(parent))
    if (answered === null || answered.page === null || answered.page === page || answered.state === 'held') return null
    // Only a page that is full sends answers on.
    return { anchor: anchorOf(answered), author: authorOf(answered), path: numberedPath(entry.path, answered.page) }
  })
  const shown = rows.filter(({ state }) => state === 'shown').length
  const isAll = older === null && newer === null
  const can = () => ({ mails: read.query(mails, null), edits: read.query(edits, null) })
  const form = read.query(taking, entry.id) === 'open' ? { action: '/-/comment.create', page: path, ...can() } : null
  return { count: isAll ? shown : null, page, older, newer, comments: thread, form, feeds: feedsOf(read, entry) }
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
