import * as v from 'valibot'
import { renderVisitorMarkdown } from '../../content/markdown/visitor-markdown.ts'
import type { Entry } from '../../content/types.ts'
import { DrowseError } from '../../errors/drowse-error.ts'
import { saying } from '../../errors/words/say.ts'
import { entries } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'
import type { WriteHandler } from '../types.ts'
import { mailAbout } from './answer-mails.ts'
import { heldPath } from './held-page.ts'
import { basesOf, pathOfComment, placed } from './pages.ts'
import { commentSchema, moderationSchema } from './payload.ts'
import { holds, takingAt } from './rules.ts'
import { type Comment, comments, emptied, nextNumber, putComment, tokenOf } from './tables.ts'

/** `comment.create`: adds a visitor's or the owner's comment to a page. */
export const createComment: WriteHandler = {
  kind: 'comment.create',
  apply({ change, write, effect }) {
    const { page, parent, name, email, mail, text } = v.parse(commentSchema, write.payload)
    const entry = commentableAt(change, page, write.acceptedAt)
    if (parent !== null) checkParent(change, parent, entry)
    const byOwner = write.actor.role === 'owner'
    const html = renderVisitorMarkdown(text)
    const state = !byOwner && holds(change, { author: name, email, text, html }) ? 'held' : 'shown'
    const comment: Comment = {
      number: nextNumber(change),
      entry: entry.id,
      page: state === 'held' ? null : placed(change, { entry: entry.id, parent }),
      parent,
      author: name,
      email,
      wantsMail: mail,
      text,
      html,
      date: write.acceptedAt,
      edited: null,
      byOwner,
      state,
      heldSince: state === 'held' ? write.acceptedAt : null,
      token: tokenOf(write.id),
    }
    putComment(change, comment)
    if (state === 'shown') mailAbout({ change, comment, write, effect })
    const { number } = comment
    const result = { number, state }
    if (state === 'held') return { page: heldPath(comment, entry), result }
    return { page: pathOfComment(change, comment, entry.path), anchor: `comment-${number}`, result }
  },
}

/** `comment.moderate`: the owner shows, holds or deletes a comment. Deleting clears what the visitor wrote. */
export const moderateComment: WriteHandler = {
  kind: 'comment.moderate',
  apply({ change, write, effect }) {
    const { number, state } = v.parse(moderationSchema, write.payload)
    const comment = change.row(comments, String(number))
    if (comment === null) throw new DrowseError('form-invalid', `There is no comment ${number}.`)
    if (comment.state === 'deleted' && state !== 'deleted')
      throw new DrowseError('form-invalid', `Comment ${number} is deleted and can’t come back.`)
    const page = comment.page ?? (state === 'shown' ? placed(change, comment) : null)
    const heldSince = state === 'held' ? (comment.heldSince ?? write.acceptedAt) : null
    const now: Comment = { ...comment, page, state, heldSince }
    putComment(change, state === 'deleted' ? emptied(now) : now)
    if (state === 'shown' && comment.page === null) mailAbout({ change, comment: now, write, effect })
    const path = change.row(entries, comment.entry)?.path
    const seen = path === undefined ? {} : { page: pathOfComment(change, now, path), anchor: 'comments' }
    return { ...seen, result: { number, state } }
  },
}

function commentableAt(change: Change, path: string, at: string): Entry {
  const [spot] = [path, ...basesOf(path)].flatMap((each) => change.list(entries.indexes.byPath, each, { limit: 1 }))
  const entry = spot ? change.row(entries, spot.key) : null
  if (entry === null)
    throw new DrowseError('page-unknown', saying('noPageAt', { path }), {
      hint: saying('noPageAtHint'),
    })
  const taking = takingAt(change, entry, at)
  if (taking === 'never') throw new DrowseError('form-invalid', saying('takesNoComments', { path }))
  if (taking === 'over') throw new DrowseError('form-invalid', saying('commentsOver', { path }))
  return entry
}

function checkParent(change: Change, parent: number, entry: Entry): void {
  const answered = change.row(comments, String(parent))
  if (answered?.entry === entry.id && answered.state === 'shown') return
  throw new DrowseError('parent-unknown', saying('parentGone', { number: String(parent) }), {
    hint: saying('parentGoneHint'),
  })
}
