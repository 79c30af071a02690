import * as v from 'valibot'
import { flag, textFields } from '../../content/common-fields.ts'
import type { EntryType } from '../../content/types.ts'

/** One name, or a list of them as many generators have it: `author: [Ann, Bea]` → "Ann, Bea". */
const author = v.pipe(
  v.union([v.string(), v.number(), v.array(v.union([v.string(), v.number()]))]),
  v.transform((names) => [names].flat().join(', ')),
)

export const post: EntryType = {
  kind: 'post',
  source: 'content/posts',
  fields: {
    author: v.optional(author),
    image: v.optional(v.string()),
    imageAlt: v.optional(v.string()),
    comments: v.optional(flag),
    ...textFields,
  },
  path: (slug) => `/posts/${slug}/`,
  dated: true,
  outline: 'tags: []\n',
}

export const note: EntryType = {
  kind: 'note',
  source: 'content/notes',
  fields: { comments: v.optional(flag), ...textFields },
  path: (slug) => `/notes/${slug}/`,
  dated: true,
}
