import * as v from 'valibot'
import { named } from '../../errors/words/say.ts'
import { email, oneLine } from '../form-texts.ts'

export const MAX_NAME = 80
export const MAX_TEXT = 8000
const text = v.pipe(
  v.string(),
  v.transform((value) => value.replace(/\r\n?/g, '\n').trim()),
  v.minLength(1, named('textMissing')),
  v.maxLength(MAX_TEXT, named('textLong')),
  v.check((value) => !/(?![\t\n])\p{Cc}/u.test(value), named('textControls')),
)

function commentNumber(otherwise: string) {
  return v.pipe(v.number(otherwise), v.integer(otherwise), v.minValue(1, otherwise))
}

/** What `comment.create` carries. */
export const commentSchema = v.pipe(
  v.object({
    page: v.pipe(
      v.string('The page is missing.'),
      v.regex(/^\/(?:[\w.~%-]+\/)*(?:[\w.~%-]+\.html)?$/, 'The page is not a path such as /posts/hello/.'),
    ),
    parent: v.nullable(commentNumber('The parent is not a comment’s number.')),
    name: v.pipe(
      v.pipe(v.string(named('nameMissing')), oneLine),
      v.minLength(1, named('nameMissing')),
      v.maxLength(MAX_NAME, named('nameLong')),
    ),
    email: v.optional(email, ''),
    text: v.pipe(v.string(named('textMissing')), text),
    /** Whether its writer wants to hear of answers by mail. */
    mail: v.optional(v.boolean(), false),
  }),
  v.forward(
    v.check(({ email, mail }) => !mail || email !== '', named('mailWhereTo')),
    ['email'],
  ),
)

export type CommentPayload = v.InferOutput<typeof commentSchema>

/** What `comment.moderate` carries: the owner shows, holds or deletes a comment. */
export const moderationSchema = v.object({
  number: commentNumber('Which comment? `number` is the number in its address, such as 3.'),
  state: v.picklist(['shown', 'held', 'deleted'], 'The state is shown, held or deleted.'),
})

const edited = {
  number: commentNumber('Which comment? `number` is the number in its address, such as 3.'),
  write: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, '`write` is the id that the comment got when it was sent.')),
}

/** What `comment.edit` carries. */
export const editSchema = v.variant('delete', [
  v.object({ ...edited, delete: v.literal(true) }),
  v.object({ ...edited, delete: v.literal(false), text: v.pipe(v.string(named('textMissing')), text) }),
])
