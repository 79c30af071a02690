import type { Route } from '../../render/types.ts'
import { heldPath } from './held-page.ts'
import { commented } from './pages.ts'
import { comments } from './tables.ts'

/** So many are listed: those that have waited longest. */
const FILE_LENGTH = 100

/** The comments that wait for the owner, with what they may want to know to decide. */
export const heldFile: Route = {
  name: 'held-comments',
  pages: (read) =>
    read.count(comments.indexes.held, '', 1) === 0 ? [] : [{ path: '/private/comments/held.json', argument: null }],
  render(context) {
    const spots = context.list(comments.indexes.held, '', { limit: FILE_LENGTH + 1 })
    const told = spots.slice(0, FILE_LENGTH).flatMap(({ key }) => {
      const comment = context.row(comments, key)
      if (comment === null) return []
      const { number, author, email, text, date, parent, entry: id } = comment
      const entry = context.query(commented, id)
      const page = entry === null ? null : heldPath(comment, entry)
      return [{ number, author, email, text, date, parent, on: entry?.path ?? null, page }]
    })
    const content = { comments: told, more: spots.length > FILE_LENGTH }
    return { content: `${JSON.stringify(content)}\n`, contentType: 'application/json' }
  },
}
