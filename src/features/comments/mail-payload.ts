import * as v from 'valibot'

/** What `comment.mail` carries. `page`: whether whoever sent it looks at the answer, as a mail program does not. */
export const mailSchema = v.object({
  token: v.pipe(v.string('The address is not whole.'), v.regex(/^[0-9a-f]{32}$/, 'The address is not whole.')),
  do: v.picklist(['confirm', 'stop'], 'It is `confirm` or `stop`.'),
  page: v.boolean(),
})
