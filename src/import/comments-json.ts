import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import type { OldComments } from './old-comments.ts'

const fileSchema = v.looseObject({
  comments: v.array(
    v.looseObject({
      number: v.number(),
      page: v.nullable(v.string()),
      parent: v.nullable(v.number()),
      author: v.string(),
      email: v.optional(v.string(), ''),
      text: v.string(),
      date: v.string(),
      byOwner: v.boolean(),
      state: v.picklist(['shown', 'held']),
    }),
  ),
})

/** What `drowse comments --export` wrote, for another site or a new machine. Throws `content-invalid`. */
export function readCommentsJson(path: string, text: string): OldComments {
  const parsed = v.safeParse(fileSchema, jsonOf(text))
  if (!parsed.success)
    throw new DrowseError('content-invalid', `${path} is not what \`drowse comments --export\` writes.`, {
      hint: 'Name such a file, or the XML of WordPress or Disqus.',
    })
  const { comments } = parsed.output
  return {
    system: 'Drowse',
    leftOut: {},
    comments: comments.map(({ number, page, parent, author, email, text: words, date, byOwner, state }) => ({
      source: `drowse:${number}`,
      parent: parent === null ? null : `drowse:${parent}`,
      pages: page === null ? [] : [page],
      name: author,
      email,
      date,
      text: words,
      byOwner,
      state,
    })),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
