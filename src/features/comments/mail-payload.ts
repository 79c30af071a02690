import * as v from 'valibot'
import { named } from '../../errors/words/say.ts'

/** What `comment.mail` carries. `page`: whether whoever sent it looks at the answer, as a mail program does not. */
export const mailSchema = v.object({
  token: v.pipe(v.string(named('linkBroken')), v.regex(/^[0-9a-f]{32}$/, named('linkBroken'))),
  do: v.picklist(['confirm', 'stop'], 'It is `confirm` or `stop`.'),
  page: v.boolean(),
})
