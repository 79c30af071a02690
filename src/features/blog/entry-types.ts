import * as v from 'valibot'
import type { EntryType } from '../../content/types.ts'

export const post: EntryType = {
  kind: 'post',
  source: 'content/posts',
  fields: {
    author: v.optional(v.string()),
    image: v.optional(v.string()),
    imageAlt: v.optional(v.string()),
    comments: v.optional(v.boolean()),
  },
  path: (slug) => `/posts/${slug}/`,
  dated: true,
}

export const note: EntryType = {
  kind: 'note',
  source: 'content/notes',
  fields: { comments: v.optional(v.boolean()) },
  path: (slug) => `/notes/${slug}/`,
  dated: true,
}
