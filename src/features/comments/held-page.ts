import { prefixOf } from '../../content/place.ts'
import type { Entry } from '../../content/types.ts'
import { HTML } from '../../render/content-type.ts'
import { languageTag, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { commented } from './pages.ts'
import { commentsShown } from './rules.ts'
import { type Comment, comments, heldComments } from './tables.ts'
import { threadOf } from './thread.ts'

/** Where a held comment is, for the one who wrote it. */
export function heldPath({ token }: Pick<Comment, 'token'>, { language }: Pick<Entry, 'language'>): string {
  return `${prefixOf(language)}/comments/held/${token}/`
}

/** A held comment, for the one who wrote it. It goes when the comment is shown or deleted, and with the entry. */
export const heldPage: Route = {
  name: 'held-comment',
  over: { table: heldComments.name },
  pages(read, token) {
    const comment = read.row(comments, String(read.row(heldComments, token)?.number))
    const entry = comment && read.query(commented, comment.entry)
    return entry === null ? [] : [{ path: heldPath({ token }, entry), argument: comment?.number ?? 0 }]
  },
  async render(context, argument) {
    const comment = context.row(comments, String(argument))
    const entry = comment && context.query(commented, comment.entry)
    const [view] = comment === null ? [] : threadOf([comment])
    if (entry === null || view === undefined) throw new Error(`The comment ${String(argument)} is gone.`)
    const { language, path, title } = entry
    const { heldTitle: heading } = context.query(wordsOf, languageTag(context, language))
    const page = pageView(context, { path: context.path, title: heading, language, unlisted: true })
    const { edits } = context.query(commentsShown, null)
    const parts = { page, heading, entry: { title, path }, comment: view, edits }
    const content = await context.template('HeldComment', parts)
    return { content, contentType: HTML }
  },
}
