import * as v from 'valibot'
import { renderVisitorMarkdown } from '../../content/markdown/visitor-markdown.ts'
import { DrowseError } from '../../errors/drowse-error.ts'
import { saying } from '../../errors/words/say.ts'
import { entries } from '../../model/site-tables.ts'
import type { WriteHandler } from '../types.ts'
import { heldPath } from './held-page.ts'
import { pathOfComment } from './pages.ts'
import { editSchema } from './payload.ts'
import { editFor, holds } from './rules.ts'
import { type Comment, comments, emptied, putComment, tokenOf } from './tables.ts'

/** `comment.edit`: a visitor changes or deletes what they wrote a little while ago. The gateway has seen that it is theirs. What would be held if it were new is held. */
export const editComment: WriteHandler = {
  kind: 'comment.edit',
  apply({ change, write }) {
    const edit = v.parse(editSchema, write.payload)
    const { number } = edit
    const comment = change.row(comments, String(number))
    const isTheirs = comment !== null && comment.state !== 'deleted' && comment.token === tokenOf(edit.write)
    if (!isTheirs) throw new DrowseError('edit-refused', saying('notYours', { number: String(number) }))
    const age = Date.parse(write.acceptedAt) - Date.parse(comment.date)
    if (editFor(change) === 0 || age > editFor(change))
      throw new DrowseError('edit-refused', saying('editOver'), {
        hint: saying('editOverHint'),
      })
    const text = edit.delete ? '' : edit.text
    const html = renderVisitorMarkdown(text)
    const state = !comment.byOwner && holds(change, { ...comment, text, html }) ? 'held' : comment.state
    const now: Comment = edit.delete
      ? emptied(comment)
      : {
          ...comment,
          text,
          html,
          edited: write.acceptedAt,
          state,
          heldSince: state === 'held' ? write.acceptedAt : null,
        }
    putComment(change, now)
    const result = { number, state: now.state }
    const entry = change.row(entries, comment.entry)
    if (entry === null) return { result }
    if (now.state === 'held') return { page: heldPath(now, entry), result }
    return { page: pathOfComment(change, now, entry.path), anchor: edit.delete ? 'comments' : `comment-${number}`, result }
  },
}
