import * as v from 'valibot'

/** A post as the owner sends it: the name of its file and the whole file, front matter and Markdown. */
export const postSaveSchema = v.object({
  path: v.pipe(v.string(), v.regex(/^content\/posts\/(?:[a-zA-Z0-9][\w.-]*\/)*[a-zA-Z0-9][\w.-]*\.md$/)),
  text: v.string(),
})
